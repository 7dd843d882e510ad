package routes.idempotency;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;
import routes.redis.RedisLink;
import routes.redis.Script;
import routes.redisstreams.StreamCompletion;
import routes.stages.EventRoutes;

/**
 * Records in Redis which keys are done, and which are in progress in which consumer.
 *
 * <p>In an exchange from a stream of the same Redis, a key becomes done when the exchange completes, together with the acknowledgement of
 * its entry. A crash before that leaves a lease. The next delivery of the entry to the same consumer reacquires it immediately; other
 * consumers acquire it after it has expired. In other exchanges, a key becomes done when it is confirmed. Use it with an eager idempotent
 * consumer (Camel's default).
 *
 * <p>{@code add} returns false only for done keys. The exchange property {@value #FORCE} overrides that.
 */
@ManagedResource(description = "Redis idempotent repository")
public class RedisIdempotentRepository extends ServiceSupport implements IdempotentRepository, BatchClaims {

    /** Exchange property: true processes the message even if it has been done already. */
    public static final String FORCE = "CamelIdempotentForce";

    private static final String OWNER = "CamelIdempotentOwner";
    private static final String LEASE = ":lease";
    private static final String DONE = "done";
    private static final Duration MAX_CACHED = Duration.ofHours(24);
    private static final int SCAN_PAGE = 500;

    /** KEYS: done and lease of each key. ARGV: time to live in milliseconds, then owner and force (0/1) of each key. */
    private static final Script ADD = Script.of(
            """
            local answers = {}
            for i = 1, #KEYS / 2 do
              local done, lease, owner = KEYS[2 * i - 1], KEYS[2 * i], ARGV[2 * i]
              local holder = redis.call('GET', lease)
              if ARGV[2 * i + 1] == '0' and redis.call('EXISTS', done) == 1 then
                answers[i] = 'DONE'
              elseif holder and holder ~= owner then
                answers[i] = 'HELD'
              else
                redis.call('SET', lease, owner, 'PX', ARGV[1])
                answers[i] = 'TAKEN'
              end
            end
            return answers
            """);

    /** KEYS: done, lease. ARGV: owner, time to live in milliseconds, value. */
    private static final Script CONFIRM = Script.of(
            """
            redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
            if redis.call('GET', KEYS[2]) == ARGV[1] then
              redis.call('DEL', KEYS[2])
            end
            return {}
            """);

    /** KEYS: lease. ARGV: owner. */
    private static final Script RELEASE = Script.of(
            """
            if redis.call('GET', KEYS[1]) == ARGV[1] then
              redis.call('DEL', KEYS[1])
            end
            return {}
            """);

    private final RedisClient client;
    private final RedisIdempotencyOptions options;
    private final Consumer<Duplicate> listener;
    private final RedisLink link;
    private final Cache<String, Boolean> cache;

    public RedisIdempotentRepository(
            RedisClient client, RedisIdempotencyOptions options, Consumer<Duplicate> listener) {
        this.client = client;
        this.options = options;
        this.listener = listener;
        link = new RedisLink(client, options.timeout());
        Duration cached = options.timeToLive().compareTo(MAX_CACHED) < 0 ? options.timeToLive() : MAX_CACHED;
        cache = Caffeine.newBuilder()
                .maximumSize(options.cacheSize())
                .expireAfterWrite(cached)
                .build();
    }

    /** Source in which a claimed key was found to be done. */
    public enum Duplicate {
        /** The cache of this process. */
        CACHE,
        REDIS
    }

    private record Wanted(String key, String owner, boolean force) {}

    /**
     * @return false if the key is done
     * @throws InProgressElsewhereException if another consumer is processing it
     * @throws io.lettuce.core.RedisException if Redis is unavailable
     */
    @Override
    public boolean add(Exchange exchange, String key) {
        Optional<StreamCompletion> completion = completion(exchange, exchange.getMessage());
        String owner = completion.map(StreamCompletion::owner).orElseGet(() -> owner(exchange));
        boolean taken = isTaken(new Wanted(key, owner, isForced(exchange)));
        if (taken) {
            completion.ifPresent(found -> found.keepLease(leaseKey(key), options.lease()));
        }
        return taken;
    }

    @Override
    public boolean add(String key) {
        return isTaken(new Wanted(key, options.instance(), false));
    }

    private boolean isTaken(Wanted wanted) {
        Answer answer = take(List.of(wanted)).get(0);
        if (answer == Answer.HELD) {
            throw new InProgressElsewhereException(doneKey(wanted.key()));
        }
        return answer == Answer.TAKEN;
    }

    @Override
    public List<Answer> addAll(Exchange exchange, List<Claim> claims) {
        List<StreamCompletion> completions = completions(exchange, claims);
        List<Wanted> wanted = new ArrayList<>();
        for (Claim claim : claims) {
            wanted.add(new Wanted(claim.key(), completions.get(wanted.size()).owner(), claim.force()));
        }
        List<Answer> answers = take(wanted);
        for (int i = 0; i < claims.size(); i++) {
            if (answers.get(i) == Answer.TAKEN) {
                completions.get(i).keepLease(leaseKey(claims.get(i).key()), options.lease());
            }
        }
        return answers;
    }

    @Override
    public void confirmAll(Exchange exchange, List<Claim> claims) {
        List<StreamCompletion> completions = completions(exchange, claims);
        for (int i = 0; i < claims.size(); i++) {
            confirm(completions.get(i), claims.get(i).key(), claims.get(i).force());
        }
    }

    private List<StreamCompletion> completions(Exchange exchange, List<Claim> claims) {
        List<Message> messages = EventRoutes.messages(exchange);
        return claims.stream()
                .map(claim -> completion(exchange, messages.get(claim.event()))
                        .orElseThrow(() -> new IllegalStateException(
                                "The exchange was not started by a stream of this Redis server")))
                .toList();
    }

    private List<Answer> take(List<Wanted> wanted) {
        List<Answer> answers = new ArrayList<>(); // null: ask Redis
        List<String> keys = new ArrayList<>();
        List<Object> arguments = new ArrayList<>(List.of(options.lease()));
        for (Wanted claim : wanted) {
            if (!claim.force() && cache.getIfPresent(claim.key()) != null) {
                listener.accept(Duplicate.CACHE);
                answers.add(Answer.DONE);
            } else {
                keys.addAll(List.of(doneKey(claim.key()), leaseKey(claim.key())));
                arguments.addAll(List.of(claim.owner(), claim.force()));
                answers.add(null);
            }
        }
        Iterator<Object> replies = keys.isEmpty()
                ? Collections.emptyIterator()
                : link.run(ADD, keys, arguments).iterator();
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i) == null) {
                answers.set(i, Answer.valueOf((String) replies.next()));
                if (answers.get(i) == Answer.DONE) {
                    cache.put(wanted.get(i).key(), true);
                    listener.accept(Duplicate.REDIS);
                }
            }
        }
        return answers;
    }

    @Override
    public boolean contains(Exchange exchange, String key) {
        return !isForced(exchange) && contains(key);
    }

    @Override
    @ManagedOperation(description = "Whether the key is confirmed")
    public boolean contains(String key) {
        return cache.getIfPresent(key) != null || link.call(commands -> commands.exists(doneKey(key))) == 1;
    }

    /** Marks a key as done: immediately, or when the exchange completes if it came from a stream. */
    @Override
    public boolean confirm(Exchange exchange, String key) {
        completion(exchange, exchange.getMessage())
                .ifPresentOrElse(
                        completion -> confirm(completion, key, isForced(exchange)),
                        () -> confirm(key, owner(exchange)));
        return true;
    }

    private void confirm(StreamCompletion completion, String key, boolean force) {
        completion.markDone(doneKey(key), DONE, options.timeToLive(), force);
        completion.onCompleted(() -> cache.put(key, true));
    }

    @Override
    public boolean confirm(String key) {
        confirm(key, options.instance());
        return true;
    }

    private void confirm(String key, String owner) {
        link.run(CONFIRM, List.of(doneKey(key), leaseKey(key)), owner, options.timeToLive(), DONE);
        cache.put(key, true);
    }

    /**
     * Releases the lease without marking the key as done. For an exchange from a stream, the lease is released when the exchange
     * completes.
     */
    @Override
    public boolean remove(Exchange exchange, String key) {
        if (completion(exchange, exchange.getMessage()).isEmpty()) {
            link.run(RELEASE, List.of(leaseKey(key)), owner(exchange));
        }
        return true;
    }

    /** Deletes a key, whether done or in progress. */
    @Override
    @ManagedOperation(description = "Removes the key, whether it is confirmed or in progress")
    public boolean remove(String key) {
        cache.invalidate(key);
        return link.call(commands -> commands.unlink(doneKey(key), leaseKey(key))) > 0;
    }

    @Override
    public void clear() {
        forgetAll();
    }

    /**
     * Deletes all keys of this repository. Other processes may still have done keys in their caches.
     *
     * @return number of deleted Redis keys
     */
    @ManagedOperation(description = "Removes all keys of this repository; returns their number")
    public long forgetAll() {
        ScanArgs own =
                ScanArgs.Builder.matches(globOf(options.keyPrefix()) + "*").limit(SCAN_PAGE);
        long removed = 0;
        KeyScanCursor<String> page = link.call(commands -> commands.scan(ScanCursor.INITIAL, own));
        while (true) {
            String[] keys = page.getKeys().toArray(String[]::new);
            if (keys.length > 0) {
                removed += link.call(commands -> commands.unlink(keys));
            }
            if (page.isFinished()) {
                cache.invalidateAll();
                return removed;
            }
            KeyScanCursor<String> last = page;
            page = link.call(commands -> commands.scan(last, own));
        }
    }

    @ManagedAttribute(description = "Prefix of the Redis keys")
    public String getKeyPrefix() {
        return options.keyPrefix();
    }

    /** Returns the number of done keys in the cache of this process. */
    @ManagedAttribute(description = "Number of confirmed keys in the cache of this process")
    public long getCacheSize() {
        cache.cleanUp();
        return cache.estimatedSize();
    }

    /** Does not close the connection: routes stop a repository although others still use it, so it stays usable and reconnects. */
    @Override
    protected void doStop() {
        link.disconnect();
    }

    private Optional<StreamCompletion> completion(Exchange exchange, Message entry) {
        return StreamCompletion.of(exchange, entry).filter(found -> found.isOn(client));
    }

    private String owner(Exchange exchange) {
        String owner = exchange.getProperty(OWNER, String.class);
        if (owner == null) {
            owner = options.instance() + "/" + exchange.getExchangeId();
            exchange.setProperty(OWNER, owner);
        }
        return owner;
    }

    private static boolean isForced(Exchange exchange) {
        return exchange.getProperty(FORCE, false, Boolean.class);
    }

    private String doneKey(String key) {
        return options.keyPrefix() + key;
    }

    private String leaseKey(String key) {
        return options.keyPrefix() + key + LEASE;
    }

    private static String globOf(String text) {
        return text.replaceAll("([*?\\[\\]\\\\^])", "\\\\$1");
    }
}
