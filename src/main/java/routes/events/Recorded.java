package routes.events;

/** A last body of an exchange that tells how its event ended where nothing is published for it. */
public interface Recorded {

    StageOutcome outcome();
}
