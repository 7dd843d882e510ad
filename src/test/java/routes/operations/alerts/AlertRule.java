package routes.operations.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A rule of config/prometheus/alerts.yml.
 *
 * @param held how long its expression is to hold before it fires
 */
public record AlertRule(String name, PromQl expression, Duration held, Map<String, String> annotations) {
    private static final Pattern EITHER = Pattern.compile(
            "\\{\\{ with \\$labels\\.(\\w+) }}\\{\\{ \\. }}\\{\\{ else }}\\{\\{ \\$labels\\.(\\w+) }}\\{\\{ end }}");
    private static final Pattern LABEL = Pattern.compile("\\{\\{ \\$labels\\.(\\w+) }}");

    /** What an alert that fires is sent with. */
    public record Fired(Map<String, String> labels, Map<String, String> annotations) {}

    /** For which labels the expression holds, however long. */
    public Set<Labels> holdsFor(Scrapes scrapes, Instant time) {
        return expression.evaluate(scrapes, time).stream()
                .map(sample -> sample.labels().withoutName())
                .collect(Collectors.toSet());
    }

    /** What fires at a time when the rule has been evaluated regularly from 1970 on. */
    Set<Fired> fired(Scrapes scrapes, Duration interval, Duration at) {
        Map<Labels, Instant> since = new HashMap<>();
        Set<Fired> fired = new HashSet<>();
        for (Duration passed = Duration.ZERO; passed.compareTo(at) <= 0; passed = passed.plus(interval)) {
            Instant now = Instant.EPOCH.plus(passed);
            Set<Labels> holding = holdsFor(scrapes, now);
            since.keySet().retainAll(holding);
            holding.forEach(labels -> since.putIfAbsent(labels, now));
            fired.clear();
            since.forEach((labels, began) -> {
                if (!began.plus(held).isAfter(now)) {
                    fired.add(new Fired(labels.values(), filled(labels)));
                }
            });
        }
        return fired;
    }

    private Map<String, String> filled(Labels labels) {
        return annotations.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, annotation -> filled(annotation.getValue(), labels)));
    }

    /** With the values of labels in their places; of templates only what the file uses is known. */
    private String filled(String template, Labels labels) {
        String text = EITHER.matcher(template)
                .replaceAll(found ->
                        quoted(labels.get(labels.get(found.group(1)).isEmpty() ? found.group(2) : found.group(1))));
        text = LABEL.matcher(text).replaceAll(found -> quoted(labels.get(found.group(1))));
        if (text.contains("{{")) {
            throw new IllegalArgumentException(name + " has a template that is not known: " + text);
        }
        return text;
    }

    private static String quoted(String value) {
        // Prometheus shows a label that is not there like that
        return Matcher.quoteReplacement(value.isEmpty() ? "<no value>" : value);
    }
}
