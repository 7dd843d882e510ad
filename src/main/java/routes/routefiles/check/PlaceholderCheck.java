package routes.routefiles.check;

import java.util.Set;
import java.util.stream.Collectors;
import routes.routefiles.model.Flow;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.Placeholders.Placeholder;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlScalar;

/** Every placeholder has a value: a property, a parameter of the enclosing template, or its own default. */
public final class PlaceholderCheck implements RouteCheck {

    @Override
    public void check(RouteModel model, Problems problems) {
        model.flows().forEach(flow -> {
            Set<String> parameters = parameters(flow);
            flow.body().scalars().forEach(scalar -> Placeholders.of(scalar.text()).stream()
                    .filter(placeholder -> !parameters.contains(placeholder.name()))
                    .forEach(placeholder -> check(placeholder, scalar, flow, model, problems)));
        });
    }

    /** The names that a template declares. */
    static Set<String> parameters(Flow flow) {
        return flow.kind() == Flow.Kind.ROUTE_TEMPLATE
                ? flow.body().list("parameters").stream()
                        .flatMap(YamlList::maps)
                        .flatMap(parameter -> parameter.text("name").stream())
                        .collect(Collectors.toUnmodifiableSet())
                : Set.of();
    }

    private static void check(
            Placeholder placeholder, YamlScalar scalar, Flow flow, RouteModel model, Problems problems) {
        if (placeholder.optional() || placeholder.fallback().isPresent()) {
            return;
        }
        String name = placeholder.name();
        if (placeholder.outside()) {
            problems.add(scalar.place(), "{{" + name + "}} needs a default, as in {{" + name + ":value}}");
        } else if (model.environment().properties().apply(name) == null) {
            String parameter = flow.kind() == Flow.Kind.ROUTE_TEMPLATE ? ", nor a parameter of the template" : "";
            problems.add(
                    scalar.place(),
                    "{{" + name + "}} is not a known property" + parameter + ": add it to application.yml, or write {{"
                            + name + ":default}}");
        }
    }
}
