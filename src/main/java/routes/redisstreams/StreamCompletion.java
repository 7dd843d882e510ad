package routes.redisstreams;

import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What to write to Redis when an exchange from a stream succeeds: all of it atomically with the acknowledgement of the entry, or
 * nothing. Copies of the exchange (split, multicast, seda) share the completion. Thread-safe.
 */
public final class StreamCompletion {

    /** An entry to append: at least one field, in order. */
    record Output(String key, Map<String, String> fields) {
        /** The scripts pass fields as arguments of one command; Lua allows about 8000. */
        private static final int MAX_FIELDS = 3_000;

        Output {
            if (fields.isEmpty() || fields.size() > MAX_FIELDS) {
                throw new IllegalArgumentException(
                        "An entry for " + key + " has " + fields.size() + " fields; it must have 1 to " + MAX_FIELDS);
            }
            fields.forEach((field, value) -> {
                if (field == null || value == null) {
                    throw new IllegalArgumentException(
                            "An entry for " + key + " has the field " + field + " with the value " + value);
                }
            });
        }
    }

    /** A key to set. If it is already set and {@code evenIfDone} is false, the exchange is not completed. */
    record Done(String value, Duration timeToLive, boolean evenIfDone) {}

    /** The failure of one entry of a batch that did not fail as a whole. */
    record Failure(Throwable cause, FailureKind kind) {}

    /** The completions of the entries of a batch, by index. */
    record Batch(List<StreamCompletion> items) {

        /** Returns the completion of the entry that a message belongs to. */
        private StreamCompletion of(Message item) {
            Integer index = item.getHeader(RedisStreamsConstants.BATCH_INDEX, Integer.class);
            if (index == null || index < 0 || index >= items.size()) {
                throw new IllegalStateException("The exchange is a batch of " + items.size() + " entries (header "
                        + RedisStreamsConstants.BATCH_INDEX + " is " + index
                        + "): split its body, or keep this header on each message, so that the output can be assigned to"
                        + " its entry");
            }
            return items.get(index);
        }
    }

    private final RedisClient redis;
    private final String owner;
    private final List<Output> outputs = new ArrayList<>();
    private final Map<String, Done> done = new LinkedHashMap<>();
    private final Map<String, Duration> leases = new LinkedHashMap<>();
    private final List<Runnable> callbacks = new ArrayList<>();
    private Failure failure;
    private boolean closed;

    StreamCompletion(RedisClient redis, String owner) {
        this.redis = redis;
        this.owner = owner;
    }

    /**
     * Returns the completion of an exchange; empty if the exchange did not come from a stream.
     *
     * @throws IllegalStateException if the exchange is a batch, not an item split off one
     */
    public static Optional<StreamCompletion> of(Exchange exchange) {
        return of(exchange, exchange.getMessage());
    }

    /**
     * Returns the completion of the entry that a message of an exchange belongs to: in a batch, the entry with the index in the header
     * {@link RedisStreamsConstants#BATCH_INDEX}. Empty if the exchange did not come from a stream.
     *
     * @throws IllegalStateException if the exchange is a batch and the message has no valid index
     */
    public static Optional<StreamCompletion> of(Exchange exchange, Message message) {
        Object completion = exchange.getProperty(RedisStreamsConstants.COMPLETION);
        if (completion instanceof Batch batch) {
            return Optional.of(batch.of(message));
        }
        return Optional.ofNullable((StreamCompletion) completion);
    }

    /** Returns whether the exchange is a batch whose entries are processed one by one after this failure, within the same delivery. */
    public static boolean isSeparatedAfter(Exchange exchange, Throwable failure) {
        return exchange.getProperty(RedisStreamsConstants.COMPLETION) instanceof Batch batch
                && batch.items().size() > 1
                && FailureKind.of(exchange, failure).isOfOneEntry();
    }

    /** Returns whether the completion takes place on this Redis. */
    public boolean isOn(RedisClient client) {
        return redis == client;
    }

    /**
     * Returns an id of the consumer and the entry. A redelivery of the same entry to the same consumer has the same owner; another entry
     * has a different owner.
     */
    public String owner() {
        return owner;
    }

    /**
     * Records an entry to append.
     *
     * @param key Redis key of the stream to append to
     * @param fields 1 to 3000 fields, in order
     * @throws IllegalStateException if the entry has been completed already
     * @throws IllegalArgumentException if there are no fields, too many fields or a null
     */
    public void publish(String key, Map<String, String> fields) {
        publish(new Output(key, new LinkedHashMap<>(fields)));
    }

    synchronized void publish(Output output) {
        requireOpen("publish to " + output.key());
        outputs.add(output);
    }

    /**
     * Records a key to set.
     *
     * @param evenIfDone if false, the key must not be set yet: if another consumer has set it when the exchange is completed,
     *     nothing is published and the entry is redelivered
     * @throws IllegalStateException if the entry has been completed already
     */
    public synchronized void markDone(String redisKey, String value, Duration timeToLive, boolean evenIfDone) {
        requireOpen("mark " + redisKey + " done");
        done.put(redisKey, new Done(Objects.requireNonNull(value), timeToLive, evenIfDone));
    }

    /**
     * Takes over a lease: a key whose value is {@link #owner()}. It is renewed while the exchange runs and released when the exchange
     * ends, with any outcome.
     *
     * @throws IllegalStateException if the entry has been completed already
     */
    public synchronized void keepLease(String redisKey, Duration timeToLive) {
        requireOpen("keep the lease " + redisKey);
        leases.put(redisKey, timeToLive);
    }

    /**
     * Registers a callback to run once Redis has confirmed the completion. It runs on a thread that serves all completions,
     * so it must not block.
     *
     * @throws IllegalStateException if the entry has been completed already
     */
    public synchronized void onCompleted(Runnable callback) {
        requireOpen("add a callback");
        callbacks.add(callback);
    }

    /**
     * Fails the entry although the exchange does not fail: it is redelivered or becomes a dead letter. The other entries of its
     * batch are completed.
     *
     * @throws IllegalStateException if the entry has been completed already
     */
    public synchronized void fail(Throwable cause, FailureKind kind) {
        requireOpen("record a failure");
        failure = new Failure(cause, kind);
    }

    /** Returns null unless {@link #fail} was called. */
    synchronized Failure failure() {
        return failure;
    }

    private void requireOpen(String what) {
        if (closed) {
            throw new IllegalStateException(
                    "Cannot " + what + ": the stream entry of this exchange is completed already."
                            + " Does a stream route use a wire tap or an in-memory aggregate?");
        }
    }

    synchronized void close() {
        closed = true;
    }

    /** Returns whether an output or a done key records the outcome of the entry. */
    synchronized boolean hasOutcome() {
        return !outputs.isEmpty() || !done.isEmpty();
    }

    synchronized List<Output> outputs() {
        return List.copyOf(outputs);
    }

    synchronized Map<String, Done> done() {
        return new LinkedHashMap<>(done);
    }

    synchronized Map<String, Duration> leases() {
        return new LinkedHashMap<>(leases);
    }

    synchronized List<String> leaseKeys() {
        return List.copyOf(leases.keySet());
    }

    synchronized List<Runnable> callbacks() {
        return List.copyOf(callbacks);
    }
}
