package routes.redisstreams;

/** Marks an exception that is not the fault of the entry; see {@link FailureKind#UNCOUNTED}. */
public interface UncountedFailure {}
