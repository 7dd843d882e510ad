package routes.routefiles.check;

import java.util.List;
import org.apache.camel.support.PatternHelper;
import routes.routefiles.model.Flow;
import routes.routefiles.model.Nearest;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.YamlScalar;

/** A route's routeConfigurationId matches a configuration; otherwise Camel runs the route without error handling. */
public final class ConfigurationCheck implements RouteCheck {

    @Override
    public void check(RouteModel model, Problems problems) {
        List<String> known = model.flows(Flow.Kind.ROUTE_CONFIGURATION)
                .flatMap(configuration -> configuration.id().stream())
                .toList();
        model.routes()
                .forEach(route -> route.route().scalar("routeConfigurationId").ifPresent(ids -> {
                    for (String id : ids(ids, model)) {
                        if (known.stream().noneMatch(name -> PatternHelper.matchPattern(name, id))
                                && !model.mayHold(id)) {
                            problems.add(
                                    ids.place(),
                                    "there is no routeConfiguration '" + id + "'" + Nearest.hint(id, known));
                        }
                    }
                }));
    }

    /** Whether Camel applies the configuration to the route: by its id, or to all routes if neither side names one. */
    static boolean applies(Flow configuration, Flow route, RouteModel model) {
        String name = configuration.id().orElse("*");
        return route.route()
                .scalar("routeConfigurationId")
                .map(ids -> ids(ids, model).stream().anyMatch(id -> PatternHelper.matchPattern(name, id)))
                .orElse(name.equals("*"));
    }

    private static List<String> ids(YamlScalar scalar, RouteModel model) {
        String text = Placeholders.resolve(scalar.text(), model.environment().properties());
        return List.of(text.split(","));
    }
}
