package routes.llm;

/** A model answered, but no part of the answer can be used. */
public class UnusableAnswerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnusableAnswerException(String message) {
        super(message);
    }
}
