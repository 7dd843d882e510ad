package routes.routefiles.check;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import routes.routefiles.model.Flow;
import routes.routefiles.model.Links;
import routes.routefiles.model.RouteModel;
import routes.routefiles.model.Step;

/**
 * No {@code idempotentConsumer} inside a {@code circuitBreaker}, directly or through {@code direct:}: it would confirm its key at
 * the end of the breaker, before the exchange has succeeded.
 */
public final class BreakerCheck implements RouteCheck {

    @Override
    public void check(RouteModel model, Problems problems) {
        Links links = new Links(model);
        model.effective().forEach(flow -> flow.allSteps()
                .filter(step -> step.eip().equals("circuitBreaker"))
                .forEach(breaker -> inside(breaker.children(), "", links, new HashSet<>())
                        .forEach(found -> problems.add(found.step().place(), found.message(breaker)))));
    }

    private record Found(Step step, String way) {

        String message(Step breaker) {
            return "'idempotentConsumer' is inside the circuitBreaker"
                    + breaker.id().map(id -> " '" + id + "'").orElse("") + way
                    + ": it would confirm its key before the exchange has succeeded; put it around the breaker";
        }
    }

    private static Stream<Found> inside(List<Step> steps, String way, Links links, Set<Flow> seen) {
        Stream<Found> here = steps.stream()
                .flatMap(Step::all)
                .filter(step -> step.eip().equals("idempotentConsumer"))
                .map(step -> new Found(step, way));
        Stream<Found> behind = links.targets(steps.stream()).stream().flatMap(target -> links.called(target).stream()
                .filter(seen::add)
                .flatMap(called -> inside(called.steps(), way + " through " + target, links, seen)));
        return Stream.concat(here, behind);
    }
}
