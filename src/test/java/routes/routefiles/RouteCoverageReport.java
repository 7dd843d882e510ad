package routes.routefiles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import routes.testing.RouteCoverage;

/**
 * Says which built-in routes, and which of their branches, no exchange passed in the tests. {@code mvn verify} runs it after the tests and
 * fails, unless with {@code -Droute.coverage.required=false}. It says nothing unless all tests ran. Where some were skipped, because the
 * machine has no browser for example, it warns instead.
 */
final class RouteCoverageReport {
    private static final Path REPORTS = Path.of("target/surefire-reports");
    private static final Path TESTS = Path.of("target/test-classes");
    private static final Pattern SKIPPED = Pattern.compile("<testsuite [^>]*\\bskipped=\"(\\d+)\"");

    private RouteCoverageReport() {}

    public static void main(String[] arguments) throws IOException {
        Optional<List<String>> tests = tests();
        if (tests.isEmpty()) {
            System.out.println("Route coverage: not counted, since not all tests ran");
            return;
        }
        List<String> missing = missing(RouteTableTest.model(), passed());
        Path report = RouteCoverage.FOLDER.resolve("not-passed.txt");
        Files.write(report, missing);
        if (missing.isEmpty()) {
            System.out.println("Route coverage: every built-in route and branch was passed");
            return;
        }
        int skipped = skipped(tests.get());
        boolean fails = Boolean.getBoolean("route.coverage.required") && skipped == 0;
        System.out.println((fails ? "ERROR" : "WARNING") + ": route coverage: no test passed these, see " + report
                + "\n  "
                + String.join("\n  ", missing)
                + (skipped == 0 ? "" : "\nThis does not fail the build, since " + skipped + " tests were skipped"));
        if (fails) {
            System.exit(1);
        }
    }

    /** The reports of all test classes; empty if a class has none of this run of Maven. */
    private static Optional<List<String>> tests() throws IOException {
        Path started = RouteCoverage.FOLDER.resolve("started");
        if (!Files.exists(started) || !Files.isDirectory(REPORTS) || !Files.isDirectory(TESTS)) {
            return Optional.empty();
        }
        return reports(TESTS, REPORTS, Files.getLastModifiedTime(started));
    }

    static Optional<List<String>> reports(Path tests, Path reports, FileTime since) throws IOException {
        List<Path> all;
        try (Stream<Path> classes = Files.walk(tests)) {
            all = classes.map(file -> tests.relativize(file).toString())
                    .filter(name -> name.matches("[^$]+(Test|IT)\\.class"))
                    .map(name ->
                            reports.resolve("TEST-" + name.replace(".class", "").replace('/', '.') + ".xml"))
                    .toList();
        }
        List<String> texts = new ArrayList<>();
        for (Path report : all) {
            if (!Files.exists(report) || Files.getLastModifiedTime(report).compareTo(since) < 0) {
                return Optional.empty();
            }
            texts.add(Files.readString(report));
        }
        return texts.isEmpty() ? Optional.empty() : Optional.of(texts);
    }

    static int skipped(List<String> reports) {
        return reports.stream()
                .map(SKIPPED::matcher)
                .filter(Matcher::find)
                .mapToInt(suite -> Integer.parseInt(suite.group(1)))
                .sum();
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

    /**
     * The routes, and the branches and other blocks of steps, without a step that was passed. Those whose steps have no ids cannot be told.
     */
    static List<String> missing(RouteModel model, Set<String> passed) {
        Set<String> missing = new LinkedHashSet<>();
        Stream.concat(model.routes(), model.flows(Flow.Kind.ROUTE_CONFIGURATION))
                .forEach(flow -> {
                    if (isMissing(flow.allSteps(), passed)) {
                        missing.add(told(flow, flow.place(), flow.label()));
                    } else {
                        flow.steps().forEach(step -> branches(flow, step, passed, missing));
                    }
                });
        return List.copyOf(missing);
    }

    /** The outermost blocks that were not passed: nothing can have passed what is in them. */
    private static void branches(Flow flow, Step step, Set<String> passed, Set<String> missing) {
        if (isMissing(step.children().stream().flatMap(Step::all), passed)) {
            String name = step.id().map(id -> " '" + id + "'").orElse("");
            missing.add(told(flow, step.place(), step.eip() + name + " of " + flow.label()));
        } else {
            step.children().forEach(child -> branches(flow, child, passed, missing));
        }
    }

    private static String told(Flow flow, Place place, String what) {
        return "src/main/resources/routes/" + flow.file().path() + ":" + place.line() + ": " + what;
    }

    private static boolean isMissing(Stream<Step> steps, Set<String> passed) {
        Set<String> ids = new TreeSet<>();
        steps.forEach(step -> step.id().filter(id -> !Step.isPart(step.eip())).ifPresent(ids::add));
        return !ids.isEmpty() && ids.stream().noneMatch(passed::contains);
    }
}
