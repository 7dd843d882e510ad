package routes.idempotency;

/** Hears of duplicates, to count them. */
@FunctionalInterface
public interface DuplicateListener {

    /** Where it was seen that something had been done already. */
    enum Source {
        /** The cache of this process. */
        CACHE,
        /** Redis. */
        REDIS
    }

    /** Something was to be processed that had been done already. */
    void onDuplicate(Source source);
}
