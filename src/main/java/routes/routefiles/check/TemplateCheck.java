package routes.routefiles.check;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.routefiles.model.Flow;
import routes.routefiles.model.Nearest;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.YamlEntry;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlScalar;

/**
 * Templates use each parameter that they declare; templated routes name an existing template and supply the required parameters.
 * {@link PlaceholderCheck} reports undeclared placeholders.
 */
public final class TemplateCheck implements RouteCheck {

    @Override
    public void check(RouteModel model, Problems problems) {
        model.flows(Flow.Kind.ROUTE_TEMPLATE).forEach(template -> unused(template, problems));
        model.flows(Flow.Kind.TEMPLATED_ROUTE).forEach(route -> model.template(route)
                .ifPresentOrElse(
                        template -> parameters(template, route, problems),
                        () -> unknownTemplate(route, model, problems)));
    }

    private static void unused(Flow template, Problems problems) {
        Set<String> used = template.body().entries().values().stream()
                .filter(entry -> !entry.key().equals("parameters"))
                .flatMap(entry -> Stream.concat(entry.value().scalars().map(YamlScalar::text), keys(entry)))
                .flatMap(text -> Placeholders.of(text).stream())
                .map(Placeholders.Placeholder::name)
                .collect(Collectors.toSet());
        declared(template)
                .filter(parameter -> !used.contains(parameter.text("name").orElseThrow()))
                .forEach(parameter -> problems.add(
                        parameter.place(),
                        "parameter '" + parameter.text("name").orElseThrow() + "' of " + template.label()
                                + " is declared but not used"));
    }

    private static Stream<String> keys(YamlEntry entry) {
        return entry.value() instanceof YamlMap map
                ? map.entries().values().stream().flatMap(inner -> Stream.concat(Stream.of(inner.key()), keys(inner)))
                : Stream.empty();
    }

    private static void unknownTemplate(Flow route, RouteModel model, Problems problems) {
        Optional<YamlScalar> ref = route.body().scalar("routeTemplateRef");
        ref.filter(name -> !model.mayHold(name.text()))
                .ifPresent(name -> problems.add(
                        name.place(),
                        "there is no routeTemplate '" + name.text() + "'"
                                + Nearest.hint(name.text(), model.templates().keySet())));
    }

    private static void parameters(Flow template, Flow route, Problems problems) {
        Map<String, YamlMap> declared = declared(template)
                .collect(Collectors.toMap(parameter -> parameter.text("name").orElseThrow(), map -> map, (a, b) -> a));
        Set<String> given = new HashSet<>();
        declared(route).forEach(parameter -> {
            String name = parameter.text("name").orElseThrow();
            Place place = parameter.scalar("name").orElseThrow().place();
            if (!given.add(name)) {
                problems.add(place, "parameter '" + name + "' is given twice");
            } else if (!declared.containsKey(name)) {
                problems.add(
                        place,
                        template.label() + " has no parameter '" + name + "'" + Nearest.hint(name, declared.keySet()));
            }
        });
        declared.forEach((name, parameter) -> {
            if (!given.contains(name) && required(parameter)) {
                problems.add(route.place(), "parameter '" + name + "' of " + template.label() + " is missing");
            }
        });
    }

    private static boolean required(YamlMap parameter) {
        return parameter.entry("defaultValue").isEmpty()
                && !parameter.text("required").orElse("true").equals("false");
    }

    private static Stream<YamlMap> declared(Flow flow) {
        return flow.body().list("parameters").stream()
                .flatMap(YamlList::maps)
                .filter(parameter -> parameter.text("name").isPresent());
    }
}
