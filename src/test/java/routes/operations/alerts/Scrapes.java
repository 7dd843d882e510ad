package routes.operations.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Series over time, as Prometheus keeps them. */
public final class Scrapes {
    /** How long a value counts that no later one has replaced. */
    private static final Duration LOOK_BACK = Duration.ofMinutes(5);

    /** By time; empty where a series has ended. */
    private final Map<Labels, NavigableMap<Instant, OptionalDouble>> series = new LinkedHashMap<>();

    /** Adds a scrape of all there is: a series that it does not have any more has ended. */
    public Scrapes add(Instant time, String text) {
        series.values().forEach(values -> values.put(time, OptionalDouble.empty()));
        ScrapeText.parse(text).forEach(sample -> put(sample.labels(), time, sample.value()));
        return this;
    }

    void put(Labels labels, Instant time, double value) {
        values(labels).put(time, OptionalDouble.of(value));
    }

    void end(Labels labels, Instant time) {
        values(labels).put(time, OptionalDouble.empty());
    }

    private NavigableMap<Instant, OptionalDouble> values(Labels labels) {
        return series.computeIfAbsent(labels, some -> new TreeMap<>());
    }

    /** The newest value of each series that has one. */
    List<Sample> at(Instant time, Predicate<Labels> which) {
        List<Sample> found = new ArrayList<>();
        series.forEach((labels, values) -> {
            var newest = values.floorEntry(time);
            if (newest != null
                    && newest.getValue().isPresent()
                    && newest.getKey().isAfter(time.minus(LOOK_BACK))
                    && which.test(labels)) {
                found.add(new Sample(labels, newest.getValue().getAsDouble()));
            }
        });
        return found;
    }

    /** The values after the beginning and up to the end of a range; nothing for a series without any. */
    Map<Labels, NavigableMap<Instant, Double>> within(Instant after, Instant until, Predicate<Labels> which) {
        Map<Labels, NavigableMap<Instant, Double>> found = new LinkedHashMap<>();
        series.forEach((labels, values) -> {
            NavigableMap<Instant, Double> points = new TreeMap<>();
            values.subMap(after, false, until, true)
                    .forEach((time, value) -> value.ifPresent(number -> points.put(time, number)));
            if (!points.isEmpty() && which.test(labels)) {
                found.put(labels, points);
            }
        });
        return found;
    }
}
