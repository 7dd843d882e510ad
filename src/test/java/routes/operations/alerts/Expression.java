package routes.operations.alerts;

import java.time.Instant;

/** A part of an expression that has a value by itself. */
interface Expression {

    /** A number, or else a vector; known before anything is evaluated. */
    boolean isScalar();

    Value evaluate(Scrapes scrapes, Instant time);

    /**
     * Of an expression that is no scalar.
     *
     * @throws ClassCastException for a scalar
     */
    default Value.Vector vector(Scrapes scrapes, Instant time) {
        return (Value.Vector) evaluate(scrapes, time);
    }

    /** A number literal. */
    record Literal(double value) implements Expression {
        @Override
        public boolean isScalar() {
            return true;
        }

        @Override
        public Value evaluate(Scrapes scrapes, Instant time) {
            return new Value.Scalar(value);
        }
    }

    /** {@code time()}: seconds since 1970 at the time of the evaluation. */
    record Time() implements Expression {
        @Override
        public boolean isScalar() {
            return true;
        }

        @Override
        public Value evaluate(Scrapes scrapes, Instant time) {
            return new Value.Scalar(time.toEpochMilli() / 1000.0);
        }
    }
}
