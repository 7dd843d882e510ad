package routes.ingest;

/**
 * Something that an import left out or skipped, and why: a message, a part of one, a file, or a chat.
 *
 * @param name as a user finds it, such as {@code message 12}
 * @param messageId null if it is not a message, or the id cannot be read
 * @param field the invalid field of the message or chat, or null
 */
public record ImportNote(String name, Long messageId, String field, String reason) {}
