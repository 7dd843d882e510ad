package routes.schedule;

/** Work that is done now and then by one process at a time. */
public interface Job {

    /** Name in the schedule, in {@code job:lock:<name>}, in the table {@code jobs} and in metrics. */
    String name();

    /**
     * Does what is due. A run that fails is repeated at its next time, so it must be safe to repeat; whatever it does in loops
     * is bounded.
     */
    void run() throws Exception;
}
