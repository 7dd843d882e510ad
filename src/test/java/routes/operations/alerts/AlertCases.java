package routes.operations.alerts;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Cases of alerts in the format of {@code promtool test rules}, which reads the same file. */
record AlertCases(List<String> ruleFiles, String evaluationInterval, List<Case> tests) {
    private static final Path CASES = Path.of("config/prometheus/alerts_test.yml");

    /** Series over time, and what fires when. */
    record Case(String name, String interval, List<Series> inputSeries, List<Expected> alertRuleTest) {

        Scrapes scrapes() {
            Scrapes scrapes = new Scrapes();
            inputSeries.forEach(series -> series.addTo(scrapes, Parser.durationOf(interval)));
            return scrapes;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    record Expected(String evalTime, String alertname, List<Alert> expAlerts) {
        Expected {
            expAlerts = expAlerts == null ? List.of() : expAlerts;
        }

        Duration at() {
            return evalTime.equals("0") ? Duration.ZERO : Parser.durationOf(evalTime);
        }

        Set<AlertRule.Fired> fired() {
            return expAlerts.stream()
                    .map(alert -> new AlertRule.Fired(alert.expLabels(), alert.expAnnotations()))
                    .collect(Collectors.toSet());
        }
    }

    record Alert(Map<String, String> expLabels, Map<String, String> expAnnotations) {
        Alert {
            expLabels = expLabels == null ? Map.of() : expLabels;
            expAnnotations = expAnnotations == null ? Map.of() : expAnnotations;
        }
    }

    /**
     * Values of a series, one each interval: {@code 1} or {@code 1x3} for 1 1 1 1 or {@code 1+2x3} for 1 3 5 7, {@code _} or
     * {@code _x3} for no value, {@code stale} where the series ends.
     */
    record Series(String series, String values) {
        private static final String NUMBER = "-?\\d+(?:\\.\\d+)?";
        private static final Pattern RUN = Pattern.compile("(" + NUMBER + ")([+-]\\d+(?:\\.\\d+)?)?x(\\d+)");
        private static final Pattern GAP = Pattern.compile("_(?:x(\\d+))?");

        void addTo(Scrapes scrapes, Duration interval) {
            Labels labels = ScrapeText.series(series);
            Instant time = Instant.EPOCH;
            for (String value : expanded()) {
                if (value.equals("stale")) {
                    scrapes.end(labels, time);
                } else if (!value.equals("_")) {
                    scrapes.put(labels, time, ScrapeText.number(value));
                }
                time = time.plus(interval);
            }
        }

        List<String> expanded() {
            List<String> all = new ArrayList<>();
            Arrays.stream(values.strip().split("\\s+")).forEach(part -> all.addAll(expanded(part)));
            return all;
        }

        private static List<String> expanded(String part) {
            List<String> all = new ArrayList<>();
            Matcher gap = GAP.matcher(part);
            Matcher run = RUN.matcher(part);
            if (gap.matches()) {
                int times = gap.group(1) == null ? 1 : Integer.parseInt(gap.group(1));
                for (int i = 0; i < times; i++) {
                    all.add("_");
                }
            } else if (run.matches()) {
                double step = run.group(2) == null ? 0 : Double.parseDouble(run.group(2));
                for (int i = 0; i <= Integer.parseInt(run.group(3)); i++) {
                    all.add(Double.toString(Double.parseDouble(run.group(1)) + i * step));
                }
            } else {
                all.add(part);
            }
            return all;
        }
    }

    static AlertCases read() throws IOException {
        return AlertRules.yaml().readValue(CASES.toFile(), AlertCases.class);
    }
}
