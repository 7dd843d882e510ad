package routes.ingest.export;

/** One message of an export cannot be read; the messages around it can. */
final class UnreadableMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Long messageId;
    private final String field;

    /**
     * @param messageId null if it cannot be read
     * @param field the field with the fault, or null
     */
    UnreadableMessageException(Long messageId, String field, String reason) {
        super(reason);
        this.messageId = messageId;
        this.field = field;
    }

    Long messageId() {
        return messageId;
    }

    String field() {
        return field;
    }
}
