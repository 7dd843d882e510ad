package routes.redisstreams;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/**
 * Aggregation strategy for splitting a batch (option batchSize). A failed item is redelivered alone; the other entries of
 * the batch are completed. Without this strategy, one failed item fails the batch.
 */
public final class BatchItems implements AggregationStrategy {

    @Override
    public Exchange aggregate(Exchange oldExchange, Exchange newExchange) {
        throw new UnsupportedOperationException("Needs the batch: Camel calls the method with three exchanges");
    }

    @Override
    public Exchange aggregate(Exchange oldExchange, Exchange newExchange, Exchange inputExchange) {
        Throwable failure = newExchange.getException();
        if (failure != null) {
            StreamCompletion.of(newExchange)
                    .orElseThrow(() -> new IllegalStateException("The split exchange is not a batch of stream entries"))
                    .fail(failure, FailureKind.of(newExchange, failure));
        }
        return inputExchange;
    }
}
