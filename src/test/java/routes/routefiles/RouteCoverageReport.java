package routes.routefiles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import routes.testing.RouteCoverage;

/**
 * Says which built-in routes, and which of their branches, no exchange passed in the tests. {@code mvn verify} runs it after the tests, and
 * it says nothing unless all of them ran. It fails the build with {@code -Droute.coverage.required=true}.
 */
final class RouteCoverageReport {
    private static final Path REPORTS = Path.of("target/surefire-reports");
    private static final Path TESTS = Path.of("target/test-classes");

    private RouteCoverageReport() {}

    public static void main(String[] arguments) throws IOException {
        if (!isComplete()) {
            System.out.println("Route coverage: not counted, since not all tests ran");
            return;
        }
        List<String> missing = missing(RouteTableTest.model(), passed());
        Path report = RouteCoverage.FOLDER.resolve("not-passed.txt");
        Files.write(report, missing);
        System.out.println(
                missing.isEmpty()
                        ? "Route coverage: every built-in route and branch was passed"
                        : "WARNING: route coverage: " + missing.size() + " not passed, see " + report + "\n  "
                                + String.join("\n  ", missing));
        if (!missing.isEmpty() && Boolean.getBoolean("route.coverage.required")) {
            System.exit(1);
        }
    }

    /** Whether each test class has a report. */
    private static boolean isComplete() throws IOException {
        if (!Files.isDirectory(RouteCoverage.FOLDER) || !Files.isDirectory(REPORTS)) {
            return false;
        }
        try (Stream<Path> classes = Files.walk(TESTS)) {
            return classes.map(file -> TESTS.relativize(file).toString())
                    .filter(name -> name.matches("[^$]+(Test|IT)\\.class"))
                    .map(name -> name.replace(".class", "").replace('/', '.'))
                    .allMatch(name -> Files.exists(REPORTS.resolve("TEST-" + name + ".xml")));
        }
    }

    private static Set<String> passed() throws IOException {
        Set<String> passed = new HashSet<>();
        try (Stream<Path> files = Files.list(RouteCoverage.FOLDER)) {
            for (Path file :
                    files.filter(one -> one.toString().matches(".*/\\d+\\.txt")).toList()) {
                // Camel numbers the steps of routes from templates
                Files.readAllLines(file).forEach(id -> passed.add(id.replaceFirst("^route-\\d+", "")));
            }
        }
        return passed;
    }

    /** The routes and branches without a step that was passed. Branches and routes whose steps have no ids cannot be told. */
    static List<String> missing(RouteModel model, Set<String> passed) {
        Map<String, List<String>> missing = new LinkedHashMap<>();
        Stream.concat(model.routes(), model.flows(Flow.Kind.ROUTE_CONFIGURATION))
                .forEach(flow -> {
                    String name = flow.file().path() + ": " + flow.label();
                    List<String> own = new ArrayList<>();
                    if (isMissing(flow.allSteps(), passed)) {
                        own.add(name);
                    } else {
                        flow.allSteps()
                                .filter(step -> Step.isPart(step.eip()))
                                .filter(step -> isMissing(step.all().skip(1), passed))
                                .forEach(step -> own.add(name + ", line "
                                        + step.place().line() + ": " + step.eip()
                                        + step.id().map(id -> " '" + id + "'").orElse("")));
                    }
                    missing.put(name, own);
                });
        return missing.values().stream().flatMap(List::stream).distinct().toList();
    }

    private static boolean isMissing(Stream<Step> steps, Set<String> passed) {
        Set<String> ids = new TreeSet<>();
        steps.forEach(step -> step.id().filter(id -> !Step.isPart(step.eip())).ifPresent(ids::add));
        return !ids.isEmpty() && ids.stream().noneMatch(passed::contains);
    }
}
