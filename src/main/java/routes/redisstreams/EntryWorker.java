package routes.redisstreams;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the route process entries one by one, or batch by batch. */
final class EntryWorker implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(EntryWorker.class);

    private final RedisStreamsConsumer consumer;
    private final StreamGroup group;
    private final int maxDeliveries;
    private final int batchSize;
    private final Duration batchTimeout;
    private final HeldEntries held;
    private final EntrySettler settler;
    private final ProcessingPermits permits;
    private final RedisLink link;

    EntryWorker(
            RedisStreamsConsumer consumer,
            StreamGroup group,
            HeldEntries held,
            EntrySettler settler,
            ProcessingPermits permits,
            RedisLink link) {
        RedisStreamsConfiguration options = consumer.getEndpoint().getConfiguration();
        this.consumer = consumer;
        this.group = group;
        this.maxDeliveries = options.getMaxDeliveries();
        this.batchSize = options.getBatchSize();
        this.batchTimeout = Duration.ofMillis(options.getBatchTimeout());
        this.held = held;
        this.settler = settler;
        this.permits = permits;
        this.link = link;
    }

    @Override
    public void run() {
        boolean more = true;
        while (more) {
            try {
                List<StreamEntry> entries = held.next(batchSize, batchTimeout);
                if (!entries.isEmpty()) {
                    admit(entries);
                }
                more = !entries.isEmpty() || held.isOpen();
            } catch (InterruptedException e) {
                // a forced stop, after which next() returns nothing; or a route that left the flag set, which must not
                // end this worker
                LOG.debug("A worker of {} was interrupted", group, e);
            }
        }
    }

    /** @param entries several only if none of them was delivered before */
    private void admit(List<StreamEntry> entries) throws InterruptedException {
        List<Delivery> deliveries = entries.stream()
                .map(entry -> new Delivery(entry, completion(entry)))
                .toList();
        StreamEntry first = entries.get(0);
        if (first.killedItsProcess()) {
            settler.deadLetter(deliveries.get(0), new ProcessDeathException(first.id()));
            return;
        }
        boolean alone = first.mayKillItsProcess(maxDeliveries);
        permits.enter(alone);
        try {
            if (alone) {
                noteAlone(first);
            }
            deliveries.forEach(held::running);
            process(deliveries);
        } catch (RuntimeException | Error e) {
            LOG.error("{} of {} could not be processed and are delivered again", entries, group, e);
            deliveries.forEach(delivery -> settler.fail(delivery, e, FailureKind.UNCOUNTED));
        } finally {
            permits.leave(alone);
            if (held.isOpen()) {
                // clears a flag that the route left set, so that it does not affect the next entry
                boolean unused = Thread.interrupted();
            }
        }
    }

    private StreamCompletion completion(StreamEntry entry) {
        return new StreamCompletion(
                consumer.getEndpoint().getComponent().getRedisClient(),
                String.join("/", entry.consumer(), group.group(), group.key(), entry.id()));
    }

    /** Records that this entry runs alone: if the process dies now, the entry caused it. */
    private void noteAlone(StreamEntry entry) {
        LOG.warn(
                "Entry {} was pending when processes died ({}); its last delivery, {}, runs alone",
                entry.id(),
                group,
                entry.delivery());
        link.call(commands -> commands.hset(group.deathBook(), "alone:" + entry.consumer(), entry.id()));
    }

    private void process(List<Delivery> deliveries) {
        Exchange exchange = consumer.createExchange(false);
        Settlement settlement = new Settlement(consumer, settler, deliveries);
        try {
            fill(exchange, deliveries);
            exchange.getExchangeExtension().addOnCompletion(settlement);
            consumer.getProcessor().process(exchange);
        } catch (Exception | Error e) {
            exchange.setException(e);
        } finally {
            settlement.unlessSettled(exchange);
            consumer.releaseExchange(exchange, false);
        }
    }

    private void fill(Exchange exchange, List<Delivery> deliveries) {
        if (batchSize == 1) {
            Delivery only = deliveries.get(0);
            exchange.setProperty(RedisStreamsConstants.COMPLETION, only.completion());
            fill(exchange.getIn(), only.entry());
            return;
        }
        BatchCompletion batch = new BatchCompletion(
                deliveries.stream().map(Delivery::completion).toList());
        exchange.setProperty(RedisStreamsConstants.COMPLETION, batch);
        List<Message> items = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            Message item = new DefaultMessage(exchange.getContext());
            item.setHeader(RedisStreamsConstants.BATCH_INDEX, items.size());
            fill(item, delivery.entry());
            items.add(item);
        }
        fill(exchange.getIn());
        exchange.getIn().setBody(items);
    }

    private void fill(Message message, StreamEntry entry) {
        fill(message);
        message.setBody(entry.fields());
        message.setHeader(RedisStreamsConstants.MESSAGE_ID, entry.id());
        message.setHeader(RedisStreamsConstants.CONSUMER, entry.consumer());
        message.setHeader(RedisStreamsConstants.DELIVERIES, entry.delivery());
    }

    private void fill(Message message) {
        message.setHeader(RedisStreamsConstants.STREAM, group.stream());
        message.setHeader(RedisStreamsConstants.KEY, group.key());
        message.setHeader(RedisStreamsConstants.GROUP, group.group());
    }
}
