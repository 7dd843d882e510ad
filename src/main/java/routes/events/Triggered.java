package routes.events;

/** An event that contains the reason why its post is processed. */
sealed interface Triggered extends PostEvent permits PostParsed, PostTagged, PostEnriched {

    /** Returns null if the prior system's producer did not set it. */
    Trigger trigger();

    @Override
    default String triggerText() {
        return trigger() == null ? null : trigger().text();
    }
}
