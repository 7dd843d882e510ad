package routes.routefiles;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import routes.routefiles.Flow.Kind;

/**
 * Checks that file name and route id match, that every element has an id and a description, and that no id is used twice: JMX and metrics
 * identify routes and steps by id. A file may contain further routes, whose ids begin with the id of the file: {@code
 * post-persistence-albums}.
 */
record NameCheck(RouteModel model, Problems problems) {

    void check() {
        model.flows().forEach(this::isDescribed);
        model.documents().forEach(this::matchesFile);
        Map<String, Place> used = new HashMap<>();
        model.effective().forEach(flow -> isUnique(flow, used));
    }

    private void isDescribed(Flow flow) {
        if (flow.id().isEmpty()) {
            problems.add(flow.place(), flow.label() + " requires '" + flow.kind().idKey + "'");
        }
        // a templated route has no description in the DSL; its template has one
        if (!flow.is(Kind.TEMPLATED_ROUTE) && flow.body().textAt("description").isEmpty()) {
            problems.add(flow.place(), flow.label() + " requires 'description': its purpose");
        }
    }

    private void matchesFile(RouteFile file, YamlNode document) {
        String name = file.routeId();
        List<Flow> flows =
                model.flows().stream().filter(flow -> flow.file().equals(file)).toList();
        routes(flows)
                .flatMap(flow -> flow.body().scalarAt(flow.kind().idKey).stream())
                .filter(id -> !id.text().isBlank()
                        && !id.text().equals(name)
                        && !id.text().startsWith(name + "-"))
                .forEach(id -> problems.add(
                        id.place(),
                        "id '" + id.text() + "' does not match the file name: it must be '" + name
                                + "', or begin with '" + name + "-'"));
        // each instance of a template has its own id
        if (flows.stream().anyMatch(flow -> flow.is(Kind.ROUTE))
                && routes(flows).noneMatch(flow -> flow.id().orElse(name).equals(name))) {
            problems.add(
                    document.place(), "no route in this file has the id '" + name + "', which is the name of the file");
        }
    }

    private static Stream<Flow> routes(List<Flow> flows) {
        return flows.stream().filter(flow -> flow.is(Kind.ROUTE) || flow.is(Kind.TEMPLATED_ROUTE));
    }

    private void isUnique(Flow flow, Map<String, Place> used) {
        Stream.concat(Stream.of(flow.route()), flow.allSteps().map(Step::options))
                .flatMap(options -> options.scalarAt("id").stream())
                .filter(id -> !Placeholders.in(id.text()))
                .forEach(id -> {
                    Place first = used.putIfAbsent(id.text(), id.place());
                    if (first != null) {
                        problems.add(
                                id.place(),
                                "id '" + id.text()
                                        + (first.equals(id.place())
                                                ? "' would be the same in all routes of this template: include a"
                                                        + " template parameter in the id"
                                                : "' is already used in " + first.file() + ":" + first.line()
                                                        + "; ids must be unique across all files"));
                    }
                });
    }
}
