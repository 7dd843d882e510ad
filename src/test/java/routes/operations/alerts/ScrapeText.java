package routes.operations.alerts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text format of Prometheus, version 0.0.4. The client library writes it and cannot read it. */
final class ScrapeText {
    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\s*\\{(.*)})?");
    private static final Pattern SAMPLE = Pattern.compile("(" + SERIES + ")\\s+(\\S+)(?:\\s+-?\\d+)?\\s*");
    private static final Pattern LABEL =
            Pattern.compile("\\s*([a-zA-Z_]\\w*)\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*)\"\\s*(?:,|$)");

    private ScrapeText() {}

    static List<Sample> parse(String text) {
        return text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(ScrapeText::sample)
                .toList();
    }

    private static Sample sample(String line) {
        Matcher sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            throw new IllegalArgumentException("No sample: " + line);
        }
        return new Sample(series(sample.group(1)), number(sample.group(4)));
    }

    /** A name and labels, such as {@code stream_dead_letters{stream="posts.parsed"}}. */
    static Labels series(String text) {
        Matcher series = SERIES.matcher(text.strip());
        if (!series.matches()) {
            throw new IllegalArgumentException("No series: " + text);
        }
        Map<String, String> labels = new TreeMap<>(Map.of(Labels.NAME, series.group(1)));
        String rest = series.group(2) == null ? "" : series.group(2).strip();
        Matcher label = LABEL.matcher(rest);
        int end = 0;
        while (end < rest.length()) {
            if (!label.find(end) || label.start() != end) {
                throw new IllegalArgumentException("No label at " + rest.substring(end) + " of " + text);
            }
            labels.put(label.group(1), unescaped(label.group(2)));
            end = label.end();
        }
        return Labels.of(labels);
    }

    static double number(String text) {
        return switch (text) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private static String unescaped(String text) {
        List<String> parts = new ArrayList<>();
        Matcher part = Pattern.compile("\\\\(.)|[^\\\\]+").matcher(text);
        while (part.find()) {
            parts.add(part.group(1) == null ? part.group() : part.group(1).equals("n") ? "\n" : part.group(1));
        }
        return String.join("", parts);
    }
}
