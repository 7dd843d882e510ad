package routes.llm;

/**
 * The answer to a chat request. {@code content} is blank only if it was cut off.
 *
 * @param tokens tokens of request and answer
 * @param cost in the provider's credits; null if the answer does not state it
 * @param cutOff whether the answer ended at its length limit
 */
record ChatAnswer(String content, long tokens, Double cost, boolean cutOff) {}
