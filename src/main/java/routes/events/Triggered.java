package routes.events;

/** An event that says why its post is processed. */
sealed interface Triggered extends PostEvent permits PostParsed, PostTagged, PostEnriched {

    /** Null if the prior system's producer did not say. */
    Trigger trigger();

    @Override
    default String triggerText() {
        return trigger() == null ? null : trigger().text();
    }
}
