package routes.ingest;

/** Too many imports are queued. Try again when one is done. */
public class ImportQueueFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ImportQueueFullException(int waiting) {
        super(waiting + " imports wait already. Try again when one of them is done.");
    }
}
