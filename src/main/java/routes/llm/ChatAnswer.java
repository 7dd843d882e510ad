package routes.llm;

/**
 * The answer to a chat request.
 *
 * @param tokens tokens of request and answer
 * @param cost what it cost in the provider's credits; null where the answer does not tell
 */
record ChatAnswer(String content, long tokens, Double cost) {}
