package routes.routefiles;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import routes.routefiles.check.Problems;
import routes.routefiles.check.RouteChecks;
import routes.routefiles.model.ComponentCatalog;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.YamlNode;
import routes.routefiles.yaml.YamlReader;

/** Checks route files without starting anything. Reports all problems of all files, not only the first. */
public final class RouteFileValidator {

    private final RouteEnvironment environment;
    private final ComponentCatalog catalog;
    private final RouteChecks checks;

    /** @param classPath contains the components and Camel's schema */
    public RouteFileValidator(RouteEnvironment environment, ClassLoader classPath) {
        this.environment = environment;
        this.catalog = new ComponentCatalog(classPath);
        this.checks = new RouteChecks(classPath);
    }

    /** The problems of the set, by file, line and column; empty if there are none. */
    public List<RouteProblem> validate(RouteSet set) {
        Problems problems = new Problems();
        problems.addAll(set.problems());
        Map<RouteFile, YamlNode> documents = new LinkedHashMap<>();
        List<RouteFile> unreadable = new ArrayList<>();
        for (RouteFile file : set.files()) {
            YamlReader.Document document = YamlReader.read(file.location(), file.text());
            problems.addAll(document.problems());
            if (document.problems().isEmpty()) {
                documents.put(file, document.root().orElseThrow());
            } else {
                unreadable.add(file);
            }
        }
        checks.check(new RouteModel(documents, unreadable, set.complete(), environment, catalog), problems);
        return problems.sorted();
    }
}
