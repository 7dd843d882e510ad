package routes.redisstreams;

/** Marks an exception that means something all entries need is unavailable; see {@link FailureKind#UNAVAILABLE}. */
public interface UnavailableFailure {}
