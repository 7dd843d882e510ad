package routes.replay;

import java.util.List;
import routes.redis.StreamGroup;

/** Provides consumer groups of integrators' routes, which are known only in the process that runs them. */
@FunctionalInterface
public interface StageGroups {

    /** @return the groups of a route of this process; empty if it has no such route, or the route reads no stream */
    List<StreamGroup> of(String routeId);
}
