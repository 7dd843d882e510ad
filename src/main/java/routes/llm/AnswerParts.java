package routes.llm;

/** Receives an answer while the model writes it. Called by one thread at a time. */
public interface AnswerParts {
    /**
     * A call is about to be made. What an earlier one has written no longer counts.
     *
     * @return false if no call is wanted, since a part of an earlier answer is in use
     */
    boolean begins(String provider, String model);

    /** @param content all that the model has written so far; longer than before */
    void written(String content);
}
