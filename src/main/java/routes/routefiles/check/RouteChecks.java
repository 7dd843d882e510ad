package routes.routefiles.check;

import java.util.List;
import routes.routefiles.model.RouteModel;

/** All checks, in the order in which they run. */
public final class RouteChecks {

    private final List<RouteCheck> checks;

    /** @param classPath contains Camel's schema */
    public RouteChecks(ClassLoader classPath) {
        checks = List.of(
                new SchemaCheck(classPath),
                // before others: it skips files in which a step may not be what it seems
                new BodyCheck(),
                new IdCheck(),
                new NameCheck(),
                new PlaceholderCheck(),
                new TemplateCheck(),
                new ConfigurationCheck(),
                new EndpointCheck(),
                new DirectCheck(),
                new BeanCheck(),
                new EarlyCompletionCheck(),
                new RedeliveryCheck(),
                new OutcomeCheck(),
                new BreakerCheck());
    }

    public void check(RouteModel model, Problems problems) {
        checks.forEach(check -> check.check(model, problems));
        try (ScratchContext scratch = new ScratchContext(model.environment(), model.catalog())) {
            new StreamCheck(scratch).check(model, problems);
            new SimpleCheck(scratch).check(model, problems);
            // last, because it skips files in which other checks found problems
            new CamelCheck(scratch).check(model, problems);
        }
    }
}
