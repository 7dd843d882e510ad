package routes.operations.alerts;

/** An expression that is wrong, or beyond what {@link PromQl} knows. */
final class PromQlException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    PromQlException(String expression, int position, String problem) {
        super("Position " + position + " of '" + expression + "': " + problem);
    }
}
