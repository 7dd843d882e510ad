package routes.operations.alerts;

/** A piece of an expression, and where it begins; of a text what is between the quotes. */
record Token(Kind kind, String text, int position) {
    enum Kind {
        NAME,
        NUMBER,
        DURATION,
        TEXT,
        SYMBOL,
        END
    }

    boolean is(String symbolOrName) {
        return (kind == Kind.SYMBOL || kind == Kind.NAME) && text.equals(symbolOrName);
    }

    @Override
    public String toString() {
        return kind == Kind.END ? "the end" : "'" + text + "'";
    }
}
