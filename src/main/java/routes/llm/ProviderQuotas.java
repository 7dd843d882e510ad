package routes.llm;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.redis.RedisLink;
import routes.redis.Script;

/**
 * Today's cost of providers and the pauses of providers, across all processes and restarts: keys
 * {@code llm:usage:<provider>:<date>} (a hash of calls, tokens and units of a UTC day) and {@code llm:rest:<provider>}.
 */
@Component
record ProviderQuotas(RedisLink link, LlmProperties properties, Clock clock) {
    private static final Logger LOG = LoggerFactory.getLogger(ProviderQuotas.class);
    private static final Duration KEPT = Duration.ofDays(35);

    /** KEYS: usage. ARGV: tokens, units, seconds to keep. */
    private static final Script ADD = Script.of(
            """
            redis.call('HINCRBY', KEYS[1], 'calls', 1)
            redis.call('HINCRBY', KEYS[1], 'tokens', ARGV[1])
            redis.call('HINCRBYFLOAT', KEYS[1], 'units', ARGV[2])
            redis.call('EXPIRE', KEYS[1], ARGV[3])
            return 1
            """);

    /** KEYS: rest, usage. Returns the remaining pause in milliseconds, its reason, and the units used. */
    private static final Script STATE = Script.of(
            """
            return {tostring(redis.call('PTTL', KEYS[1])), redis.call('GET', KEYS[1]) or '', redis.call('HGET', KEYS[2], 'units') or '0'}
            """);

    /** The reason why a provider is not called, and the end of the pause. */
    record Rest(String reason, Instant until) {}

    /** The usage of a provider on one day. */
    record Usage(long calls, long tokens, double units) {}

    void used(String provider, long tokens, double units) {
        link.run(ADD, List.of(usageKey(provider)), tokens, units, KEPT.toSeconds());
    }

    /** Returns the usage of a provider on the current UTC day. */
    Usage usageToday(String provider) {
        Map<String, String> values = link.call(commands -> commands.hgetall(usageKey(provider)));
        return new Usage(
                Long.parseLong(values.getOrDefault("calls", "0")),
                Long.parseLong(values.getOrDefault("tokens", "0")),
                Double.parseDouble(values.getOrDefault("units", "0")));
    }

    /** Stops all processes from calling a provider for this time. */
    void rest(String provider, Duration time, String reason) {
        String unused =
                link.call(commands -> commands.psetex("llm:rest:" + provider, Math.max(1, time.toMillis()), reason));
        LOG.warn(
                "Provider {} is not called until {}: {}",
                provider,
                clock.instant().plus(time),
                reason);
    }

    /** Returns the reason why a provider must not be called now; empty if it may be called. */
    Optional<Rest> resting(String provider) {
        List<Object> state = link.run(STATE, List.of("llm:rest:" + provider, usageKey(provider)));
        long millis = Long.parseLong((String) state.get(0));
        if (millis > 0) {
            return Optional.of(new Rest((String) state.get(1), clock.instant().plusMillis(millis)));
        }
        double cap = properties.dailyCostCap(provider);
        Instant tomorrow = today().plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        return Double.parseDouble((String) state.get(2)) >= cap
                ? Optional.of(new Rest("the daily cap of " + cap + " cost units is reached", tomorrow))
                : Optional.empty();
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private String usageKey(String provider) {
        return "llm:usage:" + provider + ":" + today();
    }
}
