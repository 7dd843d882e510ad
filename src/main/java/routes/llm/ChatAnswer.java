package routes.llm;

/**
 * The answer to a chat request; {@code content} is blank only where it was cut off.
 *
 * @param tokens tokens of request and answer
 * @param cost what it cost in the provider's credits; null where the answer does not tell
 * @param cutOff whether it ended at the limit of its length
 */
record ChatAnswer(String content, long tokens, Double cost, boolean cutOff) {}
