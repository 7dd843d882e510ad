package routes.routefiles.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import routes.routefiles.RouteEnvironment;
import routes.routefiles.RouteFile;
import routes.routefiles.yaml.YamlNode;

/** All parsed files of a set, with what they are checked against. */
public final class RouteModel {

    private final Map<RouteFile, YamlNode> documents;
    private final List<RouteFile> unreadable;
    private final boolean complete;
    private final RouteEnvironment environment;
    private final ComponentCatalog catalog;
    private final EndpointReader endpoints;
    private final List<Flow> flows = new ArrayList<>();
    private final List<Flow> effective = new ArrayList<>();
    private final Map<String, Flow> templates = new HashMap<>();

    /**
     * @param documents of the files that could be read, in loading order
     * @param unreadable the files that could not be read
     * @param complete whether all stages are included
     */
    public RouteModel(
            Map<RouteFile, YamlNode> documents,
            List<RouteFile> unreadable,
            boolean complete,
            RouteEnvironment environment,
            ComponentCatalog catalog) {
        this.documents = documents;
        this.unreadable = List.copyOf(unreadable);
        this.complete = complete && unreadable.isEmpty();
        this.environment = environment;
        this.catalog = catalog;
        this.endpoints = new EndpointReader(catalog, environment.properties());
        documents.forEach((file, document) -> flows.addAll(FlowReader.read(file, document)));
        flows(Flow.Kind.ROUTE_TEMPLATE)
                .forEach(template -> template.id().ifPresent(id -> templates.putIfAbsent(id, template)));
        for (Flow flow : flows) {
            if (flow.kind() == Flow.Kind.TEMPLATED_ROUTE) {
                template(flow).ifPresent(template -> effective.add(TemplateExpander.expand(template, flow)));
            } else {
                effective.add(flow);
            }
        }
    }

    public Map<RouteFile, YamlNode> documents() {
        return documents;
    }

    /** Whether what seems to be missing may be in an unreadable file: the file contains its name. */
    public boolean mayHold(String name) {
        return unreadable.stream()
                .anyMatch(file -> file.routeId().equals(name) || file.text().contains(name));
    }

    /** Whether all stages are included. */
    public boolean complete() {
        return complete;
    }

    public RouteEnvironment environment() {
        return environment;
    }

    public ComponentCatalog catalog() {
        return catalog;
    }

    /** As written. */
    public List<Flow> flows() {
        return flows;
    }

    public Stream<Flow> flows(Flow.Kind kind) {
        return flows.stream().filter(flow -> flow.kind() == kind);
    }

    /** With each templated route expanded; also includes the templates themselves. */
    public List<Flow> effective() {
        return effective;
    }

    /** The routes that will exist: written ones and those created from templates. */
    public Stream<Flow> routes() {
        return effective.stream().filter(flow -> flow.kind() == Flow.Kind.ROUTE);
    }

    /** The template that a templated route names. */
    public Optional<Flow> template(Flow templatedRoute) {
        return templatedRoute.body().text("routeTemplateRef").map(templates::get);
    }

    public Map<String, Flow> templates() {
        return templates;
    }

    public List<EndpointUse> endpoints(Flow flow) {
        return endpoints.of(flow);
    }

    public Optional<EndpointUse> endpoint(Step step) {
        return endpoints.of(step);
    }
}
