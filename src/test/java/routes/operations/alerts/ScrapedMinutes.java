package routes.operations.alerts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/** Scrapes of a process, one a minute, on which promtool evaluates the expressions of alerts. */
public final class ScrapedMinutes {
    private final YAMLMapper yaml = new YAMLMapper();
    private final Path folder;

    /** The values of each series, one a minute, in the notation of promtool: {@code _} for no scrape, {@code stale} for its end. */
    private final Map<String, List<String>> series = new LinkedHashMap<>();

    private int minutes;

    /** @param folder for the files that promtool reads */
    public ScrapedMinutes(Path folder) {
        this.folder = folder;
    }

    /** Adds what {@code /metrics} shows as the scrape of the next minute. */
    public void add(String metrics) {
        Map<String, String> scrape = new LinkedHashMap<>();
        metrics.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).forEach(line -> {
            int end = line.lastIndexOf(' ');
            scrape.put(line.substring(0, end), line.substring(end + 1));
        });
        scrape.keySet().forEach(name -> series.computeIfAbsent(name, any -> gap(minutes)));
        series.forEach((name, values) -> values.add(scrape.getOrDefault(name, "stale")));
        minutes++;
    }

    /** Minutes without a scrape. */
    public void pass(int more) {
        series.values().forEach(values -> values.addAll(gap(more)));
        minutes += more;
    }

    private static List<String> gap(int minutes) {
        return new ArrayList<>(Collections.nCopies(minutes, "_"));
    }

    /** The expression of an alert holds for no series in the newest minute. */
    public void assertSilent(String alert) throws IOException, InterruptedException {
        assertEvaluates(expression(alert), List.of());
    }

    /** The expression of an alert holds in the newest minute, for this series alone, however long. */
    public void assertHolds(String alert, String labels) throws IOException, InterruptedException {
        assertEvaluates("((" + expression(alert) + ") > bool -Inf)", List.of(Map.of("labels", labels, "value", 1)));
    }

    /** The expression of an alert holds in the newest minute, for at least one series, however long. */
    public void assertHolds(String alert) throws IOException, InterruptedException {
        assertEvaluates("(count((" + expression(alert) + ")) > bool 0)", List.of(Map.of("labels", "{}", "value", 1)));
    }

    private void assertEvaluates(String expression, List<?> samples) throws IOException, InterruptedException {
        List<?> input = series.entrySet().stream()
                .filter(one -> expression.contains(one.getKey().replaceFirst("\\{.*", "")))
                .map(one -> Map.of("series", one.getKey(), "values", String.join(" ", one.getValue())))
                .toList();
        var test = Map.of(
                "interval",
                "1m",
                "input_series",
                input,
                "promql_expr_test",
                List.of(Map.of("expr", expression, "eval_time", minutes - 1 + "m", "exp_samples", samples)));
        Path file = folder.resolve("scrapes_test.yml");
        yaml.writeValue(file.toFile(), Map.of("evaluation_interval", "1m", "tests", List.of(test)));
        Promtool.run("test", "rules", file.toString());
    }

    private String expression(String alert) throws IOException {
        return rules().filter(rule -> rule.path("alert").asText().equals(alert))
                .map(rule -> rule.path("expr").asText())
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("No alert " + alert));
    }

    private Stream<JsonNode> rules() throws IOException {
        return yaml.readTree(new File(AlertRulesTest.RULES)).findParents("alert").stream();
    }
}
