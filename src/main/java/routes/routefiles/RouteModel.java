package routes.routefiles;

import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.support.PatternHelper;
import org.apache.camel.util.URISupport;
import routes.routefiles.EndpointUse.Role;
import routes.routefiles.YamlNode.Kind;

/**
 * All parsed files of a set, and the data for their validation.
 *
 * @param documents parsed documents, in loading order
 * @param unreadable the files that could not be read
 * @param flows as written
 * @param effective the flows with each templated route expanded; also includes the templates
 */
record RouteModel(
        Map<RouteFile, YamlNode> documents,
        List<RouteFile> unreadable,
        RouteEnvironment environment,
        ComponentCatalog catalog,
        List<Flow> flows,
        List<Flow> effective) {

    private static final Pattern URI = Pattern.compile("([a-zA-Z][\\w+.-]*)(?::(?://)?([^?]*)(?:\\?(.*))?)?");

    RouteModel(
            Map<RouteFile, YamlNode> documents,
            List<RouteFile> unreadable,
            RouteEnvironment environment,
            ComponentCatalog catalog) {
        this(documents, unreadable, environment, catalog, new ArrayList<>(), new ArrayList<>());
        documents.forEach((file, document) -> flows.addAll(Flow.read(file, document)));
        flows.forEach(flow -> effective(flow).ifPresent(effective::add));
    }

    /** Returns what the flow adds to a context: for a templated route, the expanded template; empty if the template is missing. */
    Optional<Flow> effective(Flow flow) {
        return flow.is(Flow.Kind.TEMPLATED_ROUTE)
                ? template(flow).map(template -> template.expand(flow))
                : Optional.of(flow);
    }

    /** Returns whether an unreadable file contains the name, so that the element with this name may be defined there. */
    boolean mayHold(String name) {
        return unreadable.stream()
                .anyMatch(file -> file.routeId().equals(name) || file.text().contains(name));
    }

    Stream<Flow> flows(Flow.Kind kind) {
        return flows.stream().filter(flow -> flow.is(kind));
    }

    /** Returns the routes that will exist: written routes and routes created from templates. */
    Stream<Flow> routes() {
        return effective.stream().filter(flow -> flow.is(Flow.Kind.ROUTE));
    }

    /** Returns the template that a templated route refers to. */
    Optional<Flow> template(Flow templatedRoute) {
        Optional<String> ref = templatedRoute.body().textAt("routeTemplateRef");
        return flows(Flow.Kind.ROUTE_TEMPLATE)
                .filter(template -> ref.isPresent() && template.id().equals(ref))
                .findFirst();
    }

    /** Returns the text with known properties resolved. */
    String resolve(String text) {
        return Placeholders.resolve(text, environment.properties());
    }

    /** Returns the configurations that the route refers to; a name may be a pattern. */
    Stream<String> configurationIds(Flow route) {
        return route.route().scalarAt("routeConfigurationId").stream()
                .flatMap(ids -> Stream.of(resolve(ids.text()).split(",")));
    }

    /** Returns whether Camel applies the configuration to the route: by its id, or to all routes if neither side has an id. */
    boolean applies(Flow configuration, Flow route) {
        String name = configuration.id().orElse("*");
        return route.route().scalarAt("routeConfigurationId").isEmpty()
                ? name.equals("*")
                : configurationIds(route).anyMatch(id -> PatternHelper.matchPattern(name, id));
    }

    /** Returns the endpoints that the flow uses. */
    Stream<EndpointUse> endpoints(Flow flow) {
        Stream<EndpointUse> from = flow.route().at("from").flatMap(block -> use(Role.FROM, block)).stream();
        return Stream.concat(from, flow.allSteps().flatMap(step -> endpoint(step).stream()));
    }

    /** Returns the flows that consume from each {@code direct:name} and {@code seda:name}. */
    Map<String, List<Flow>> consumers() {
        Map<String, List<Flow>> consumers = new LinkedHashMap<>();
        effective.forEach(flow -> endpoints(flow)
                .filter(use -> use.is(Role.FROM) && use.isLink())
                .forEach(use -> consumers
                        .computeIfAbsent(use.name(), name -> new ArrayList<>())
                        .add(flow)));
        return consumers;
    }

    /** Returns the endpoint that the step itself uses. */
    Optional<EndpointUse> endpoint(Step step) {
        return switch (step.eip()) {
            case "to", "toD", "wireTap" -> use(Role.TO, step.options());
            case "poll" -> use(Role.POLL, step.options());
            case "enrich" -> computed(Role.TO, step.options());
            case "pollEnrich" -> computed(Role.POLL, step.options());
            default -> Optional.empty();
        };
    }

    private Optional<EndpointUse> computed(Role role, YamlNode options) {
        return Stream.of("constant", "simple")
                .flatMap(language -> options.scalarAt("expression", language, "expression").stream())
                .findFirst()
                .flatMap(uri -> use(role, uri, Map.of()));
    }

    private Optional<EndpointUse> use(Role role, YamlNode block) {
        Map<String, YamlNode> parameters = new LinkedHashMap<>();
        block.at("parameters").stream()
                .flatMap(given -> given.values().stream())
                .filter(entry -> entry.value().isScalar())
                .forEach(entry -> parameters.put(
                        entry.key(),
                        entry.value().withText(resolve(entry.value().text()))));
        return block.scalarAt("uri").flatMap(uri -> use(role, uri, parameters));
    }

    private Optional<EndpointUse> use(Role role, YamlNode uri, Map<String, YamlNode> parameters) {
        Matcher parts = URI.matcher(resolve(uri.text()));
        if (!parts.matches()) {
            return Optional.empty();
        }
        String scheme = parts.group(1);
        Map<String, YamlNode> options = query(uri.place(), parts.group(3));
        options.putAll(parameters);
        String path = parts.group(2);
        if (path == null) {
            path = catalog.pathOptions(scheme).stream()
                    .filter(options::containsKey)
                    .map(name -> options.remove(name).text())
                    .collect(Collectors.joining(":"));
        }
        boolean dynamic = path.contains("${")
                || options.values().stream().anyMatch(value -> value.text().contains("${"));
        return Optional.of(new EndpointUse(role, uri.place(), scheme, path, options, dynamic));
    }

    private static Map<String, YamlNode> query(Place place, String query) {
        Map<String, YamlNode> options = new LinkedHashMap<>();
        try {
            URISupport.parseQuery(query)
                    .forEach((name, value) ->
                            options.put(name, YamlNode.scalar(place, Kind.TEXT, String.valueOf(value))));
        } catch (URISyntaxException e) {
            options.clear(); // Camel rejects it too, with the reason, when the scratch context creates the route
        }
        return options;
    }
}
