package routes.ingest;

/**
 * Something that an import left out or passed over, and why: a message, a part of one, a file, or a chat.
 *
 * @param name as a person finds it, such as {@code message 12}
 * @param messageId null if it is no message, or the id cannot be read
 * @param field of the message or chat that has the fault, or null
 */
public record ImportNote(String name, Long messageId, String field, String reason) {}
