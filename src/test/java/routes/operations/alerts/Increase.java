package routes.operations.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/**
 * {@code increase}, and as {@code perSecond} {@code rate}, of counters from the first to the last value in a range; nothing for
 * a series with fewer than two. A counter that has become less was restarted at 0. Prometheus also extrapolates to both ends of
 * the range, so an increase of 2 may be 2.1 there; a comparison with 0 comes to the same.
 */
record Increase(Selector selector, Duration range, boolean perSecond) implements Expression {

    @Override
    public boolean isScalar() {
        return false;
    }

    @Override
    public Value evaluate(Scrapes scrapes, Instant time) {
        List<Sample> samples = new ArrayList<>();
        scrapes.within(time.minus(range), time, selector).forEach((labels, points) -> {
            if (points.size() > 1) {
                samples.add(new Sample(labels.withoutName(), of(points)));
            }
        });
        return new Value.Vector(samples);
    }

    private double of(NavigableMap<Instant, Double> points) {
        double increase = 0;
        double previous = points.firstEntry().getValue();
        for (double value : points.values()) {
            increase += value < previous ? value : value - previous;
            previous = value;
        }
        return perSecond ? increase / seconds(points) : increase;
    }

    private static double seconds(NavigableMap<Instant, Double> points) {
        return Duration.between(points.firstKey(), points.lastKey()).toMillis() / 1000.0;
    }
}
