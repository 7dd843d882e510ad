package routes.events;

/** The result of a stage for one event: an event to publish, or a record of how the event ended. */
public interface Recorded {

    /** Returns how the event ended, for the timeline of its posts. */
    StageOutcome outcome();
}
