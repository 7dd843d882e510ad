package routes.routefiles;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import routes.events.OwnStreams;
import routes.events.StreamCatalog;
import routes.routefiles.RouteFiles.RouteSet;

/** Validates route files without starting anything. Reports all problems of all files, not only the first. */
public record RouteFileValidator(RouteEnvironment environment, ComponentCatalog catalog, SchemaCheck schema) {

    /** @param classPath contains the components and Camel's schema */
    public RouteFileValidator(RouteEnvironment environment, ClassLoader classPath) {
        this(environment, new ComponentCatalog(classPath), new SchemaCheck(classPath));
    }

    /** Returns a validator with the same checks and other integrator streams. */
    RouteFileValidator with(OwnStreams own) {
        var streams = new StreamCatalog(own).names();
        return new RouteFileValidator(
                new RouteEnvironment(environment.beans(), environment.properties(), streams), catalog, schema);
    }

    /** Returns the streams and groups of integrators. */
    OwnStreams streams(RouteFiles files, OwnFiles own) {
        return OwnStreamsReader.read(files, own, environment.properties(), catalog);
    }

    /**
     * Returns the problems of a single file that are detected before Camel parses it: YAML, structure, and steps that would lose messages.
     */
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

    /**
     * A validated set.
     *
     * @param problems sorted by file, line and column
     */
    record Checked(RouteModel model, List<RouteProblem> problems) {

        /** @throws RouteLoadException with all problems, if there are any */
        RouteModel valid() {
            if (!problems.isEmpty()) {
                throw new RouteLoadException(problems);
            }
            return model;
        }
    }

    /** Returns the problems of the set, sorted by file, line and column; empty if there are none. */
    public List<RouteProblem> validate(RouteSet set) {
        return check(set).problems();
    }

    Checked check(RouteSet set) {
        Problems problems = new Problems();
        problems.addAll(set.problems());
        Map<RouteFile, YamlNode> documents = new LinkedHashMap<>();
        List<RouteFile> unreadable = new ArrayList<>();
        for (RouteFile file : set.files()) {
            YamlReader.read(file.location(), file.text(), problems)
                    .ifPresentOrElse(root -> documents.put(file, root), () -> unreadable.add(file));
        }
        RouteModel model = new RouteModel(documents, unreadable, environment, catalog);
        check(model, problems);
        return new Checked(model, problems.sorted());
    }

    /** Runs all checks. Each check ignores invalid input that another check reports. */
    private void check(RouteModel model, Problems problems) {
        schema.check(model, problems);
        // before other checks add problems: it skips files with problems, in which a step may be invalid
        new BodyCheck(model, problems).check();
        new NameCheck(model, problems).check();
        new ReferenceCheck(model, problems).check();
        new EndpointCheck(model, problems).check();
        new BeanCheck(model, problems).check();
        new DeliveryCheck(model, problems).check();
        CamelContext scratch = ScratchContext.start(model);
        try {
            new StreamCheck(model, problems, scratch).check();
            // last, because it skips files with problems found by other checks
            new CamelCheck(model, problems, scratch).check();
        } finally {
            scratch.stop();
        }
    }
}
