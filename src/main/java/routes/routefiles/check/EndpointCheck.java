package routes.routefiles.check;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.camel.catalog.EndpointValidationResult;
import routes.routefiles.model.ComponentCatalog;
import routes.routefiles.model.EndpointUse;
import routes.routefiles.model.Nearest;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.YamlScalar;

/** Components are on the class path, and endpoint options match the catalogue. */
public final class EndpointCheck implements RouteCheck {

    @Override
    public void check(RouteModel model, Problems problems) {
        model.effective().forEach(flow -> model.endpoints(flow)
                .forEach(use -> new Endpoint(model.catalog(), use, problems).check()));
    }

    private record Endpoint(ComponentCatalog catalog, EndpointUse use, Problems problems) {

        void check() {
            if (catalog.component(use.scheme()).isEmpty()) {
                problems.add(use.place(), missingComponent());
                return;
            }
            Map<String, String> options = new LinkedHashMap<>();
            use.options().forEach((name, value) -> {
                if (value.kind() == YamlScalar.Kind.NULL) {
                    problems.add(value.place(), option(name) + " has no value");
                    return;
                }
                // a value computed from the exchange cannot be checked here
                if (!value.text().contains("${")) {
                    options.put(name, value.text());
                }
            });
            if (use.path().isEmpty()) {
                String missing = String.join(", ", catalog.pathOptions(use.scheme()));
                problems.add(use.place(), "'" + use.scheme() + "' needs " + missing + ", in the URI or the parameters");
                return;
            }
            boolean consumer = use.role() != EndpointUse.Role.TO;
            report(catalog.validate(use.scheme(), use.path(), options, consumer, !consumer));
        }

        private String missingComponent() {
            return catalog.released(use.scheme())
                    ? "component '" + use.scheme() + "' is not on the class path: add camel-" + use.scheme()
                            + " to the project, or use another component"
                    : "unknown component '" + use.scheme() + "'" + Nearest.hint(use.scheme(), catalog.released());
        }

        private void report(EndpointValidationResult result) {
            if (result.getSyntaxError() != null) {
                problems.add(use.place(), "'" + use.scheme() + "': " + result.getSyntaxError());
            }
            if (result.getIncapable() != null) {
                problems.add(use.place(), "'" + use.scheme() + "' cannot be used with the parameters given");
            }
            names(result.getUnknown())
                    .forEach(
                            name -> problems.add(place(name), option(name) + " is unknown" + suggestion(result, name)));
            names(result.getRequired())
                    .forEach(name -> problems.add(use.place(), option(name) + " is required and missing"));
            names(result.getNotConsumerOnly())
                    .forEach(name -> problems.add(place(name), option(name) + " cannot be used in 'from'"));
            names(result.getNotProducerOnly())
                    .forEach(name -> problems.add(place(name), option(name) + " cannot be used in 'to'"));
            values(result.getInvalidEnum())
                    .forEach((name, value) -> problems.add(
                            place(name),
                            option(name) + " is '" + value + "': allowed are "
                                    + String.join(", ", result.getEnumChoices(name))));
            wrong(result.getInvalidBoolean(), "true or false");
            wrong(result.getInvalidInteger(), "an integer");
            wrong(result.getInvalidNumber(), "a number");
            wrong(result.getInvalidDuration(), "a duration, such as 500, 10s or 5m");
            wrong(result.getInvalidReference(), "a reference to a bean, such as #name");
            wrong(result.getInvalidMap(), "a map, written with the option's prefix");
            wrong(result.getInvalidArray(), "a list");
        }

        private void wrong(Map<String, String> invalid, String wanted) {
            values(invalid)
                    .forEach((name, value) ->
                            problems.add(place(name), option(name) + " is '" + value + "': " + wanted + " is needed"));
        }

        private static String suggestion(EndpointValidationResult result, String name) {
            String[] near = result.getUnknownSuggestions() == null
                    ? null
                    : result.getUnknownSuggestions().get(name);
            return near == null || near.length == 0 ? "" : " (did you mean '" + near[0] + "'?)";
        }

        private String option(String name) {
            return "option '" + name + "' of '" + use.scheme() + "'";
        }

        private Place place(String option) {
            YamlScalar value = use.options().get(option);
            return value == null ? use.place() : value.place();
        }

        private static Set<String> names(Set<String> found) {
            return found == null ? Set.of() : found;
        }

        private static Map<String, String> values(Map<String, String> found) {
            return found == null ? Map.of() : found;
        }
    }
}
