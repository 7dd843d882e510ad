package routes.redisstreams;

/** Marks an exception that retrying cannot fix; see {@link FailureKind#PERMANENT}. */
public interface PermanentFailure {}
