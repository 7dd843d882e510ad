package routes.llm;

import java.util.List;

/** A task for a model and the parser of its answer. Independent of the provider. */
public interface ModelTask {

    /** Returns the instructions for the model; sent as the system message. */
    String instruction();

    /** Returns the input of the task; sent as the user message. It is data, never instructions. */
    String material();

    /** Returns the picture of the task, as JPEG; null for a task about text. */
    default byte[] picture() {
        return null;
    }

    /** Returns the texts to embed; empty for a chat task. */
    default List<String> inputs() {
        return List.of();
    }

    /** Returns the operation for the task, as a path below the base address of the provider's API. */
    default String getPath() {
        return inputs().isEmpty() ? "chat/completions" : "embeddings";
    }

    /** Returns the receiver of the answer while it is generated, if the provider can stream; null to receive only the whole answer. */
    default AnswerParts parts() {
        return null;
    }

    /** Returns the maximum length of the answer, in tokens. */
    int maxTokens();

    /**
     * Parses an answer leniently and validates it strictly.
     *
     * @param content the text of the answer; not blank
     * @return the parsed and validated value
     * @throws ModelFailureException if no part of the answer is usable
     */
    Object read(String content);
}
