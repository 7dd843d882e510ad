package routes.redisstreams;

/** Marks an exception that no repetition can cure; see {@link FailureKind#PERMANENT}. */
public interface PermanentFailure {}
