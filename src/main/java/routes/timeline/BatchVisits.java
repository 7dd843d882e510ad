package routes.timeline;

import java.time.Clock;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import routes.redisstreams.BatchItems;

/** As {@link BatchItems}, and each item is recorded in the timeline of its post; bean {@code batchItems}. */
public class BatchVisits implements AggregationStrategy {
    private final BatchItems items = new BatchItems();
    private final TimelineBuffer buffer;
    private final Clock clock;
    private final boolean enabled;

    BatchVisits(TimelineBuffer buffer, Clock clock, boolean enabled) {
        this.buffer = buffer;
        this.clock = clock;
        this.enabled = enabled;
    }

    @Override
    public Exchange aggregate(Exchange oldExchange, Exchange newExchange) {
        return items.aggregate(oldExchange, newExchange);
    }

    @Override
    public Exchange aggregate(Exchange oldExchange, Exchange newExchange, Exchange inputExchange) {
        if (enabled) {
            long elapsed = newExchange.getClock().elapsed();
            StageVisit.record(
                    newExchange.getFromRouteId(),
                    newExchange,
                    clock.instant().minusMillis(elapsed),
                    (int) Math.min(Integer.MAX_VALUE, elapsed),
                    buffer);
        }
        return items.aggregate(oldExchange, newExchange, inputExchange);
    }
}
