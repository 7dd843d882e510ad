package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

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

        assertThat(RouteCoverageReport.missing(model, all))
                .map(line -> line.replaceFirst("line \\d+", "line n"))
                .containsExactly(
                        "30-tagging.camel.yaml: route 'tagging', line n: doCatch 'tagging-no-answer'",
                        "71-digest.camel.yaml: route 'digest'");
    }
}
