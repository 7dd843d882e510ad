package routes.schedule;

/** Recurring work, performed by one process at a time. */
public interface Job {

    /** Returns the name in the schedule, in {@code job:lock:<name>}, in the table {@code jobs} and in metrics. */
    String name();

    /**
     * Performs the work that is due. A failed run is repeated at its next scheduled time, so runs must be safe to repeat. All loops are
     * bounded.
     */
    void run() throws Exception;

    static Job of(String name, Work work) {
        return new Job() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void run() throws Exception {
                work.run();
            }
        };
    }

    /** The work of one run. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }
}
