package routes.events;

/** An event that says why its post is processed. */
sealed interface Triggered extends PostEvent permits PostParsed, PostTagged, PostEnriched {

    /** Null where the producer of the prior system did not say. */
    Trigger trigger();

    @Override
    default String triggerText() {
        return trigger() == null ? null : trigger().text();
    }
}
