package routes.redisstreams;

/** Marks an exception that says that something all entries need is away; see {@link FailureKind#UNAVAILABLE}. */
public interface UnavailableFailure {}
