package routes.routefiles;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import routes.events.OwnStreams;
import routes.routefiles.RouteFiles.RouteSet;

/** Checks route files without starting anything. Reports all problems of all files, not only the first. */
public final class RouteFileValidator {

    private final RouteEnvironment environment;
    private final ComponentCatalog catalog;
    private final SchemaCheck schema;

    /** @param classPath contains the components and Camel's schema */
    public RouteFileValidator(RouteEnvironment environment, ClassLoader classPath) {
        this.environment = environment;
        this.catalog = new ComponentCatalog(classPath);
        this.schema = new SchemaCheck(classPath);
    }

    private RouteFileValidator(RouteEnvironment environment, ComponentCatalog catalog, SchemaCheck schema) {
        this.environment = environment;
        this.catalog = catalog;
        this.schema = schema;
    }

    /** The same checks with other streams in the catalogue of streams. */
    RouteFileValidator withStreams(Set<String> streams) {
        return new RouteFileValidator(
                new RouteEnvironment(environment.beans(), environment.properties(), streams), catalog, schema);
    }

    /** The model of a valid set. */
    RouteModel model(RouteSet set) {
        return RoutePlan.model(set, environment, catalog);
    }

    /** The plan of a valid set. */
    RoutePlan plan(RouteSet set) {
        return RoutePlan.of(set, environment, catalog);
    }

    /** The streams and groups of integrators. */
    OwnStreams streams(RouteFiles files, OwnFiles own) {
        return OwnStreamsReader.read(files, own, environment.properties(), catalog);
    }

    /** The problems of a file that the text alone shows, before Camel sees it: YAML, form, and steps that would lose messages. */
    List<RouteProblem> form(RouteFile file) {
        Problems problems = new Problems();
        YamlReader.read(file.location(), file.text(), problems).ifPresent(root -> {
            RouteModel model = new RouteModel(Map.of(file, root), List.of(), environment, catalog);
            schema.check(model, problems);
            if (problems.sorted().isEmpty()) {
                new DeliveryCheck(model, problems).check();
            }
        });
        return problems.sorted();
    }

    /** The problems of the set, by file, line and column; empty if there are none. */
    public List<RouteProblem> validate(RouteSet set) {
        Problems problems = new Problems();
        problems.addAll(set.problems());
        Map<RouteFile, YamlNode> documents = new LinkedHashMap<>();
        List<RouteFile> unreadable = new ArrayList<>();
        for (RouteFile file : set.files()) {
            YamlReader.read(file.location(), file.text(), problems)
                    .ifPresentOrElse(root -> documents.put(file, root), () -> unreadable.add(file));
        }
        check(new RouteModel(documents, unreadable, environment, catalog), problems);
        return problems.sorted();
    }

    /** Each check ignores what it does not understand: another check reports that. */
    private void check(RouteModel model, Problems problems) {
        schema.check(model, problems);
        // before others: it skips files in which a step may not be what it seems
        new BodyCheck(model, problems).check();
        new NameCheck(model, problems).check();
        new ReferenceCheck(model, problems).check();
        new EndpointCheck(model, problems).check();
        new BeanCheck(model, problems).check();
        new DeliveryCheck(model, problems).check();
        CamelContext scratch = ScratchContext.start(model);
        try {
            new StreamCheck(model, problems, scratch).check();
            // last, because it skips files in which other checks found problems
            new CamelCheck(model, problems, scratch).check();
        } finally {
            scratch.stop();
        }
    }
}
