package routes.events;

/** What a stage answers for one event: an event to publish, or how the event ended. */
public interface Recorded {

    /** How the answered event ended, for the timeline of its posts. */
    StageOutcome outcome();
}
