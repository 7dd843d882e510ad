package routes.routefiles;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.camel.catalog.EndpointValidationResult;
import routes.routefiles.YamlNode.Kind;

/** Checks that components are on the class path and that endpoint options match the catalogue. */
record EndpointCheck(RouteModel model, Problems problems) {

    void check() {
        model.effective().stream().flatMap(model::endpoints).forEach(use -> {
            String scheme = use.scheme();
            if (model.catalog().component(scheme).isEmpty()) {
                Set<String> released = model.catalog().released();
                problems.add(
                        use.place(),
                        released.contains(scheme)
                                ? "component '" + scheme + "' is not on the class path: add the dependency camel-"
                                        + scheme + " to the project, or use another component"
                                : "unknown component '" + scheme + "'" + Nearest.hint(scheme, released));
            } else if (use.path().isEmpty()) {
                String missing = String.join(", ", model.catalog().pathOptions(scheme));
                problems.add(use.place(), "'" + scheme + "' requires " + missing + ", in the URI or in the parameters");
            } else {
                options(use);
            }
        });
    }

    private void options(EndpointUse use) {
        Map<String, String> options = new LinkedHashMap<>();
        use.options().forEach((name, value) -> {
            if (value.kind() == Kind.NULL) {
                problem(use, name, "has no value");
            } else if (!value.text().contains("${")) { // a value computed from the exchange cannot be checked here
                options.put(name, value.text());
            }
        });
        EndpointValidationResult result = model.catalog().validate(use, options);
        if (result.getSyntaxError() != null) {
            problems.add(use.place(), "'" + use.scheme() + "': " + result.getSyntaxError());
        }
        Set<String> known = model.catalog().options(use.scheme());
        names(result.getUnknown()).forEach(name -> problem(use, name, "is unknown" + Nearest.hint(name, known)));
        names(result.getRequired()).forEach(name -> problem(use, name, "is required but not set"));
        names(result.getNotConsumerOnly()).forEach(name -> problem(use, name, "cannot be used in 'from'"));
        names(result.getNotProducerOnly()).forEach(name -> problem(use, name, "cannot be used in 'to'"));
        values(result.getInvalidEnum())
                .forEach((name, value) -> problem(
                        use,
                        name,
                        "is '" + value + "': allowed values are " + String.join(", ", result.getEnumChoices(name))));
        wrong(use, result.getInvalidBoolean(), "true or false");
        wrong(use, result.getInvalidInteger(), "an integer");
        wrong(use, result.getInvalidNumber(), "a number");
        wrong(use, result.getInvalidDuration(), "a duration, such as 500, 10s or 5m");
        wrong(use, result.getInvalidReference(), "a reference to a bean, such as #name");
        wrong(use, result.getInvalidMap(), "a map, written with the prefix of the option");
        wrong(use, result.getInvalidArray(), "a list");
    }

    private void wrong(EndpointUse use, Map<String, String> invalid, String wanted) {
        values(invalid).forEach((name, value) -> problem(use, name, "is '" + value + "': " + wanted + " is required"));
    }

    private void problem(EndpointUse use, String option, String what) {
        problems.add(
                use.option(option).map(YamlNode::place).orElse(use.place()),
                "option '" + option + "' of '" + use.scheme() + "' " + what);
    }

    private static Set<String> names(Set<String> found) {
        return found == null ? Set.of() : found;
    }

    private static Map<String, String> values(Map<String, String> found) {
        return found == null ? Map.of() : found;
    }
}
