package routes.redisstreams;

/** Marks an exception that is not the entry's fault; see {@link FailureKind#UNCOUNTED}. */
public interface UncountedFailure {}
