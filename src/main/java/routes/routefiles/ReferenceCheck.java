package routes.routefiles;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.support.PatternHelper;
import routes.routefiles.EndpointUse.Role;
import routes.routefiles.Flow.Kind;
import routes.routefiles.YamlNode.Entry;

/**
 * Checks that everything that a route file refers to exists: placeholders, templates and their parameters, route configurations, {@code
 * direct:} and {@code seda:} endpoints. Also checks that parameters of templates are used.
 */
record ReferenceCheck(RouteModel model, Problems problems) {

    void check() {
        model.flows().forEach(this::placeholders);
        model.flows(Kind.ROUTE_TEMPLATE).forEach(this::unusedParameters);
        model.flows(Kind.TEMPLATED_ROUTE).forEach(route -> model.template(route)
                .ifPresentOrElse(template -> givenParameters(template, route), () -> unknownTemplate(route)));
        model.routes().forEach(this::configuration);
        links();
    }

    /** Checks that every placeholder has a value: a property, a parameter of the enclosing template, or a default. */
    private void placeholders(Flow flow) {
        boolean template = flow.is(Kind.ROUTE_TEMPLATE);
        Set<String> parameters = template ? names(flow) : Set.of();
        flow.body().scalars().forEach(scalar -> Placeholders.needed(scalar.text()).stream()
                .filter(name -> !parameters.contains(name))
                .filter(name -> model.environment().properties().apply(name) == null)
                .forEach(name -> problems.add(
                        scalar.place(),
                        "{{" + name + "}} is not a known property"
                                + (template ? ", nor a parameter of the template" : "")
                                + ": add it to application.yml, or write {{" + name + ":default}}")));
    }

    private void unusedParameters(Flow template) {
        Set<String> used = template.body().values().stream()
                .filter(entry -> !entry.key().equals("parameters"))
                .map(Entry::value)
                .flatMap(part -> Stream.concat(
                        part.scalars().map(YamlNode::text), part.allEntries().map(Entry::key)))
                .flatMap(text -> Placeholders.of(text).stream())
                .collect(Collectors.toSet());
        template.parameters()
                .filter(parameter -> !used.contains(name(parameter)))
                .forEach(parameter -> problems.add(
                        parameter.place(),
                        "parameter '" + name(parameter) + "' of " + template.label() + " is declared but not used"));
    }

    private void unknownTemplate(Flow route) {
        List<String> known = model.flows(Kind.ROUTE_TEMPLATE)
                .flatMap(template -> template.id().stream())
                .toList();
        route.body()
                .scalarAt("routeTemplateRef")
                .filter(ref -> !model.mayHold(ref.text()))
                .ifPresent(ref -> problems.add(
                        ref.place(), "unknown routeTemplate '" + ref.text() + "'" + Nearest.hint(ref.text(), known)));
    }

    private void givenParameters(Flow template, Flow route) {
        Set<String> declared = names(template);
        Set<String> given = names(route);
        route.parameters()
                .filter(parameter -> !declared.contains(name(parameter)))
                .forEach(parameter -> problems.add(
                        parameter.at("name").orElseThrow().place(),
                        template.label() + " has no parameter '" + name(parameter) + "'"
                                + Nearest.hint(name(parameter), declared)));
        template.parameters()
                .filter(parameter -> parameter.entry("defaultValue").isEmpty()
                        && !parameter.textAt("required").orElse("true").equals("false"))
                .map(ReferenceCheck::name)
                .filter(name -> !given.contains(name))
                .forEach(name ->
                        problems.add(route.place(), "parameter '" + name + "' of " + template.label() + " is missing"));
    }

    private static Set<String> names(Flow flow) {
        return flow.parameters().map(ReferenceCheck::name).collect(Collectors.toSet());
    }

    private static String name(YamlNode parameter) {
        return parameter.textAt("name").orElseThrow();
    }

    /** Checks that a route's routeConfigurationId matches a configuration; otherwise Camel runs the route without error handling. */
    private void configuration(Flow route) {
        List<String> known = model.flows(Kind.ROUTE_CONFIGURATION)
                .flatMap(configuration -> configuration.id().stream())
                .toList();
        model.configurationIds(route)
                .filter(id -> known.stream().noneMatch(name -> PatternHelper.matchPattern(name, id)))
                .filter(id -> !model.mayHold(id))
                .forEach(id -> problems.add(
                        route.route().at("routeConfigurationId").orElseThrow().place(),
                        "unknown routeConfiguration '" + id + "'" + Nearest.hint(id, known)));
    }

    /**
     * Checks that every {@code direct:} and {@code seda:} endpoint to which a flow sends has a consumer, and a {@code direct:} endpoint
     * only one.
     */
    private void links() {
        Map<String, List<Flow>> consumers = model.consumers();
        Set<String> consumed = consumers.keySet();
        model.effective().stream()
                .flatMap(model::endpoints)
                .filter(use -> !use.is(Role.FROM) && use.isLink())
                .filter(use -> !use.dynamic() && !Placeholders.in(use.path()) && !model.mayHold(use.path()))
                .filter(use -> !consumed.contains(use.name()))
                .forEach(use -> problems.add(
                        use.place(),
                        "no route consumes from '" + use.name() + "'" + Nearest.hint(use.name(), consumed)));
        consumers.forEach((name, flows) -> flows.stream()
                .filter(flow -> name.startsWith("direct:") && flow.is(Kind.ROUTE))
                .skip(1)
                .forEach(second -> problems.add(
                        second.route().at("from", "uri").orElseThrow().place(),
                        "'" + name + "' is already consumed by " + flows.get(0).label())));
    }
}
