package routes.idempotency;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;
import routes.redisstreams.RedisLink;
import routes.redisstreams.StreamCompletion;

/**
 * Remembers in Redis what has been done, and what is in progress and by whom.
 *
 * <p>In an exchange that came from a stream of the same Redis, a key is done when the exchange has completed, together with
 * the acknowledgement of its entry; a crash before that leaves a lease, which the next delivery of the entry to the same
 * consumer takes again at once and anyone else takes when it has expired. In other exchanges a key is done when it is
 * confirmed. Use it with an eager idempotent consumer (the default of Camel).
 *
 * <p>{@code add} answers false only for what is done. The exchange property {@value #FORCE} goes past that.
 */
@ManagedResource(description = "Redis idempotent repository")
public class RedisIdempotentRepository extends ServiceSupport implements IdempotentRepository {

    /** Exchange property: true processes the message even if it has been done already. */
    public static final String FORCE = "CamelIdempotentForce";

    private static final String OWNER = "CamelIdempotentOwner";
    private static final String LEASE = ":lease";
    private static final String DONE = "done";
    private static final Duration MAX_CACHED = Duration.ofHours(24);
    private static final int SCAN_PAGE = 500;

    /** KEYS: done, lease. ARGV: owner, milliseconds to live, go past done (0/1). */
    private static final String ADD =
            """
            if ARGV[3] == '0' and redis.call('EXISTS', KEYS[1]) == 1 then
              return {'done', ''}
            end
            local holder = redis.call('GET', KEYS[2])
            if holder and holder ~= ARGV[1] then
              return {'held', holder}
            end
            redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
            return {'taken', ''}
            """;

    /** KEYS: done, lease. ARGV: owner, milliseconds to remember, value. */
    private static final String CONFIRM =
            """
            redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
            if redis.call('GET', KEYS[2]) == ARGV[1] then
              redis.call('DEL', KEYS[2])
            end
            return {}
            """;

    /** KEYS: lease. ARGV: owner. */
    private static final String RELEASE =
            """
            if redis.call('GET', KEYS[1]) == ARGV[1] then
              redis.call('DEL', KEYS[1])
            end
            return {}
            """;

    private final RedisClient client;
    private final RedisIdempotencyOptions options;
    private final DuplicateListener listener;
    private final RedisLink link;
    private final Cache<String, Boolean> cache;

    public RedisIdempotentRepository(RedisClient client, RedisIdempotencyOptions options, DuplicateListener listener) {
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

    /**
     * Takes a key.
     *
     * @return false if it is done
     * @throws InProgressElsewhereException if someone else is at work on it
     * @throws io.lettuce.core.RedisException if Redis does not serve
     */
    @Override
    public boolean add(Exchange exchange, String key) {
        boolean force = isForced(exchange);
        if (!force && cache.getIfPresent(key) != null) {
            listener.onDuplicate(DuplicateListener.Source.CACHE);
            return false;
        }
        Optional<StreamCompletion> completion = completion(exchange);
        boolean taken = take(key, completion.map(StreamCompletion::owner).orElseGet(() -> owner(exchange)), force);
        if (taken) {
            completion.ifPresent(found -> found.keepLease(leaseKey(key), options.lease()));
        }
        return taken;
    }

    @Override
    public boolean add(String key) {
        return take(key, options.instance(), false);
    }

    private boolean take(String key, String owner, boolean force) {
        List<String> answer = eval(
                ADD,
                List.of(doneKey(key), leaseKey(key)),
                owner,
                Long.toString(options.lease().toMillis()),
                force ? "1" : "0");
        switch (answer.get(0)) {
            case DONE -> {
                cache.put(key, true);
                listener.onDuplicate(DuplicateListener.Source.REDIS);
                return false;
            }
            case "held" -> throw new InProgressElsewhereException(doneKey(key), answer.get(1));
            default -> {
                return true;
            }
        }
    }

    @Override
    public boolean contains(Exchange exchange, String key) {
        return !isForced(exchange) && contains(key);
    }

    @Override
    @ManagedOperation(description = "Whether the key is done")
    public boolean contains(String key) {
        return cache.getIfPresent(key) != null || link.call(commands -> commands.exists(doneKey(key))) == 1;
    }

    /** Done: at once, or when the exchange completes if it came from a stream. */
    @Override
    public boolean confirm(Exchange exchange, String key) {
        Optional<StreamCompletion> completion = completion(exchange);
        if (completion.isPresent()) {
            completion.get().markDone(doneKey(key), DONE, options.timeToLive(), isForced(exchange));
            completion.get().onCompleted(() -> cache.put(key, true));
        } else {
            confirm(key, owner(exchange));
        }
        return true;
    }

    @Override
    public boolean confirm(String key) {
        confirm(key, options.instance());
        return true;
    }

    private void confirm(String key, String owner) {
        eval(
                CONFIRM,
                List.of(doneKey(key), leaseKey(key)),
                owner,
                Long.toString(options.timeToLive().toMillis()),
                DONE);
        cache.put(key, true);
    }

    /** Not done after all: gives the lease back. The completion of an exchange that came from a stream does that by itself. */
    @Override
    public boolean remove(Exchange exchange, String key) {
        if (completion(exchange).isEmpty()) {
            eval(RELEASE, List.of(leaseKey(key)), owner(exchange));
        }
        return true;
    }

    /** Forgets a key, whether done or in progress. */
    @Override
    @ManagedOperation(description = "Forgets the key, whether done or in progress")
    public boolean remove(String key) {
        cache.invalidate(key);
        return link.call(commands -> commands.unlink(doneKey(key), leaseKey(key))) > 0;
    }

    @Override
    public void clear() {
        forgetAll();
    }

    /**
     * Forgets all keys of this repository. Other processes may still have done keys in their caches.
     *
     * @return how many Redis keys were removed
     */
    @ManagedOperation(description = "Forgets all keys of this repository, and nothing else; returns how many")
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

    @ManagedAttribute(description = "What the Redis keys begin with")
    public String getKeyPrefix() {
        return options.keyPrefix();
    }

    /** How many keys that are done this process remembers. */
    @ManagedAttribute(description = "How many keys that are done this process remembers")
    public long getCacheSize() {
        cache.cleanUp();
        return cache.estimatedSize();
    }

    /** Routes stop a repository although others still use it: it stays usable and connects again. */
    @Override
    protected void doStop() {
        link.disconnect();
    }

    private Optional<StreamCompletion> completion(Exchange exchange) {
        return StreamCompletion.of(exchange).filter(found -> found.isOn(client));
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

    private List<String> eval(String script, List<String> keys, String... arguments) {
        return link.call(
                commands -> commands.eval(script, ScriptOutputType.MULTI, keys.toArray(String[]::new), arguments));
    }

    private static String globOf(String text) {
        return text.replaceAll("([*?\\[\\]\\\\^])", "\\\\$1");
    }
}
