/**
 * Answers to questions about the stored posts: what a question asks for, the passages that may answer it, the answer by a model or
 * by extraction, and the check that each sentence follows from what it cites.
 *
 * <p>Uses: configuration, events, interests, llm, posts, search, text, vectorindex.
 */
package routes.answers;
