package routes.llm.standin;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;

/** Which call gets which fault. */
final class FaultPlan {
    private final Queue<Fault> next = new ArrayDeque<>();
    private Fault always = Fault.none();

    synchronized void next(Collection<Fault> faults) {
        next.addAll(faults);
    }

    synchronized void always(Fault fault) {
        always = fault;
    }

    synchronized void clear() {
        next.clear();
        always = Fault.none();
    }

    synchronized Fault take() {
        return next.isEmpty() ? always : next.remove();
    }
}
