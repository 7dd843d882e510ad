package routes.llm;

/**
 * Ends a pass through a provider for a reason that says nothing about the provider: it refused this text, or Redis or the process
 * itself failed. The circuit breaker neither counts it as a failure nor as a success.
 */
public class UncountedFailureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UncountedFailureException(Exception cause) {
        super(cause.getMessage(), cause);
    }
}
