package routes.api;

import routes.api.access.Caller;
import routes.replay.Operator;

/** What the operations of {@code /admin} have in common. */
final class AdminCalls {

    private AdminCalls() {}

    /** The caller as the audit names it. */
    static Operator operator() {
        return new Operator(Caller.current().name(), Operator.Via.HTTP);
    }
}
