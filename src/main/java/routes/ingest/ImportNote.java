package routes.ingest;

/**
 * Something that an import left out or skipped: a message, a part of a message, a file, or a chat.
 *
 * @param name how the report refers to it, such as {@code message 12}
 * @param messageId null if it is not a message, or if the id cannot be read
 * @param field the invalid field of the message or chat, or null
 */
public record ImportNote(String name, Long messageId, String field, String reason) {}
