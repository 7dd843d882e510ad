package routes.events;

/** An event that says why its post is processed. */
sealed interface Triggered permits PostParsed, PostTagged, PostEnriched {

    /** Null where the producer of the prior system did not say. */
    Trigger trigger();
}
