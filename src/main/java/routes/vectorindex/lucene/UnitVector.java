package routes.vectorindex.lucene;

import java.util.Optional;

/** Vectors of length 1: their dot product, which Lucene computes fastest, is the cosine. */
final class UnitVector {
    private static final double TOLERANCE = 1e-3; // rounding errors of providers that deliver unit vectors

    private UnitVector() {}

    /**
     * The vector scaled to length 1; empty for no vector or the zero vector.
     *
     * @throws IllegalArgumentException if a component is not a finite number
     */
    static Optional<float[]> of(float[] vector) {
        if (vector == null) {
            return Optional.empty();
        }
        double squares = 0;
        for (float component : vector) {
            squares += (double) component * component;
        }
        if (!Double.isFinite(squares)) {
            throw new IllegalArgumentException(
                    "The embedding provider made a vector with a component that is no number");
        }
        if (squares == 0) {
            return Optional.empty();
        }
        if (Math.abs(squares - 1) < TOLERANCE) {
            return Optional.of(vector);
        }
        float[] unit = new float[vector.length];
        double length = Math.sqrt(squares);
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return Optional.of(unit);
    }
}
