package routes.llm;

/** Receives a model's answer while it is generated. Called by one thread at a time. */
public interface AnswerParts {
    /**
     * Announces a call. The text of an earlier call is discarded.
     *
     * @return false to prevent the call, because a part of an earlier answer is in use
     */
    boolean begins(String provider, String model);

    /** @param content everything that the model has written so far; grows with each call of this method */
    void written(String content);
}
