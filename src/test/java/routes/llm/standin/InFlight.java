package routes.llm.standin;

/** The calls that a service is at. */
final class InFlight {
    private int present;
    private int admitted;
    private int most;

    /** A call comes; it is admitted if fewer than the limit are, or if that is 0. */
    synchronized Call enter(int limit) {
        boolean free = limit == 0 || admitted < limit;
        present++;
        admitted += free ? 1 : 0;
        most = Math.max(most, present);
        return new Call(free);
    }

    private synchronized void leave(boolean wasAdmitted) {
        present--;
        admitted -= wasAdmitted ? 1 : 0;
    }

    synchronized int now() {
        return present;
    }

    /** Refused calls count. */
    synchronized int most() {
        return most;
    }

    synchronized void forget() {
        most = present;
    }

    final class Call implements AutoCloseable {
        private final boolean admitted;
        private boolean over;

        private Call(boolean admitted) {
            this.admitted = admitted;
        }

        boolean admitted() {
            return admitted;
        }

        /** May be called again; only by the thread of the call. */
        @Override
        public void close() {
            if (!over) {
                over = true;
                leave(admitted);
            }
        }
    }
}
