package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteCoverageReportTest {

    @Test
    void a_route_and_a_branch_that_no_exchange_passed_are_told() throws IOException {
        RouteModel model = RouteTableTest.model();
        Set<String> all = new HashSet<>();
        model.flows().stream().flatMap(Flow::allSteps).forEach(step -> step.id().ifPresent(all::add));
        model.routes().flatMap(Flow::allSteps).forEach(step -> step.id().ifPresent(all::add));
        assertThat(RouteCoverageReport.missing(model, all)).isEmpty();

        all.removeIf(id -> id.startsWith("digest-"));
        all.remove("tagging-failed");
        all.remove("indexing-out");
        model.routes()
                .flatMap(Flow::allSteps)
                .filter(step -> step.id().equals(Optional.of("crawl-wanted")))
                .flatMap(Step::all)
                .skip(1)
                .forEach(step -> step.id().ifPresent(all::remove));

        assertThat(RouteCoverageReport.missing(model, all))
                .map(line -> line.replaceFirst(":\\d+:", ":n:"))
                .containsExactly(
                        "src/main/resources/routes/30-tagging.camel.yaml:n: doCatch 'tagging-no-answer' of route 'tagging'",
                        "src/main/resources/routes/51-crawl.camel.yaml:n: filter 'crawl-wanted' of route 'crawl'",
                        "src/main/resources/routes/71-digest.camel.yaml:n: route 'digest'");
    }

    @Test
    void it_counts_only_if_every_test_class_has_a_report_of_this_run(@TempDir Path folder) throws IOException {
        Path tests = Files.createDirectories(folder.resolve("classes"));
        Files.createDirectories(tests.resolve("routes"));
        for (String name : List.of("OneTest", "OneTest$Inner", "AnotherIT", "Helper")) {
            Files.createFile(tests.resolve("routes/" + name + ".class"));
        }
        Path one = report(folder, "OneTest", 0);
        FileTime started = Files.getLastModifiedTime(one);
        assertThat(RouteCoverageReport.reports(tests, folder, started))
                .as("one class did not run")
                .isEmpty();

        report(folder, "AnotherIT", 2);
        assertThat(RouteCoverageReport.reports(tests, folder, started)).hasValueSatisfying(reports -> {
            assertThat(reports).hasSize(2);
            assertThat(RouteCoverageReport.skipped(reports)).isEqualTo(2);
        });

        Files.setLastModifiedTime(one, FileTime.fromMillis(started.toMillis() - 1));
        assertThat(RouteCoverageReport.reports(tests, folder, started))
                .as("one report is of an earlier run")
                .isEmpty();
    }

    private static Path report(Path folder, String name, int skipped) throws IOException {
        return Files.writeString(
                folder.resolve("TEST-routes." + name + ".xml"),
                "<testsuite name=\"routes." + name + "\" tests=\"3\" errors=\"0\" skipped=\"" + skipped
                        + "\" failures=\"0\">");
    }
}
