package routes.api;

import java.util.function.Supplier;
import routes.api.access.Caller;
import routes.api.http.ProblemType;
import routes.replay.Operator;
import routes.replay.RefusedException;

/** What the operations of {@code /admin} have in common. */
final class AdminCalls {

    private AdminCalls() {}

    /** The caller as the audit names it. */
    static Operator operator() {
        return new Operator(Caller.current().name(), Operator.Via.HTTP);
    }

    /** @throws org.springframework.web.ErrorResponseException if the operation is refused */
    static <T> T checked(Supplier<T> work) {
        try {
            return work.get();
        } catch (RefusedException e) {
            throw switch (e.reason()) {
                case UNKNOWN ->
                    ProblemType.NOT_FOUND.exception(
                            e.field(), e.getMessage(), "GET /admin/streams shows what there is.");
                case INVALID -> ProblemType.INVALID_VALUE.exception(e.field(), e.getMessage());
                case CONFLICT, NOT_HERE ->
                    ProblemType.CONFLICT.exception(
                            e.field(), e.getMessage(), "Look at the present state, then ask again.");
            };
        }
    }
}
