package routes.llm;

import java.util.List;

/** A task for a model, and how its answer is read. Independent of the provider. */
public interface ModelTask {

    /** The instructions for the model, as the system message. */
    String instruction();

    /** The input of the task, as the user message: data, never instructions. */
    String material();

    /** The picture that the task is about, as JPEG; null for a task about text. */
    default byte[] picture() {
        return null;
    }

    /** The texts to embed; empty for a task that a chat completes. */
    default List<String> inputs() {
        return List.of();
    }

    /** The operation that does the task, below the address of a provider's API. */
    default String getPath() {
        return inputs().isEmpty() ? "chat/completions" : "embeddings";
    }

    /** Takes the answer of a chat while it is written, if the provider can send it so; null to get it only whole. */
    default AnswerParts parts() {
        return null;
    }

    /** Maximum length of the answer, in tokens. */
    int maxTokens();

    /**
     * Parses an answer leniently and validates it strictly.
     *
     * @param content the text of the answer; not blank
     * @return what the caller needs; all of it is validated
     * @throws ModelFailureException if no part of it can be used
     */
    Object read(String content);
}
