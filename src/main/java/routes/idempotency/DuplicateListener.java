package routes.idempotency;

/** Receives duplicates, to count them. */
@FunctionalInterface
public interface DuplicateListener {

    /** Where a duplicate was detected. */
    enum Source {
        /** The cache of this process. */
        CACHE,
        /** Redis. */
        REDIS
    }

    /** Called when a key to be processed is already done. */
    void onDuplicate(Source source);
}
