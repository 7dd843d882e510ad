package routes.replay;

import java.util.List;
import routes.redis.StreamGroup;

/** The consumer groups of the stages that only the process knows that runs them: those of integrators' routes. */
@FunctionalInterface
public interface StageGroups {

    /** @return the groups of a route of this process; empty if it has no such route, or the route reads no stream */
    List<StreamGroup> of(String routeId);
}
