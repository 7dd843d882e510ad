package routes.vision;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import routes.redis.RedisLink;
import routes.redis.Script;

/** The number of tokens that models may use for a tenant's pictures per day (UTC), across all processes. */
@Component
class VisionBudget {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneOffset.UTC);
    private static final Duration KEPT = Duration.ofHours(25);

    /** KEYS: counter. ARGV: tokens, limit, time to live in milliseconds. Counts the tokens if fewer than the limit were used. */
    private static final Script RESERVE = Script.of(
            """
            if tonumber(redis.call('GET', KEYS[1]) or '0') + tonumber(ARGV[1]) > tonumber(ARGV[2]) then
              return {0}
            end
            redis.call('INCRBY', KEYS[1], ARGV[1])
            redis.call('PEXPIRE', KEYS[1], ARGV[3])
            return {1}
            """);

    private final RedisLink redis;
    private final VisionProperties properties;
    private final Clock clock;

    VisionBudget(RedisLink redis, VisionProperties properties, Clock clock) {
        this.redis = redis;
        this.properties = properties;
        this.clock = clock;
    }

    /** Returns a budget for trials, which checks the limit but counts nothing. */
    VisionBudget rehearsal() {
        VisionBudget real = this;
        return new VisionBudget(redis, properties, clock) {
            @Override
            boolean reserve(UUID tenantId) {
                return real.hasRoom(tenantId);
            }

            @Override
            void settle(UUID tenantId, long used) {
                // nothing was reserved
            }
        };
    }

    /** Reserves the estimate for a picture. Returns false if the remaining budget of the day is smaller. */
    boolean reserve(UUID tenantId) {
        return redis.run(
                        RESERVE,
                        List.of(key(tenantId)),
                        properties.tokensPerPicture(),
                        properties.dailyTokensPerTenant(),
                        KEPT)
                .get(0)
                .equals(1L);
    }

    /** Returns whether {@link #reserve} would succeed now. */
    boolean hasRoom(UUID tenantId) {
        return used(tenantId) + properties.tokensPerPicture() <= properties.dailyTokensPerTenant();
    }

    /** Returns a description for operators. */
    String describe(UUID tenantId) {
        return "%d of %d tokens used today, a picture reserves %d"
                .formatted(used(tenantId), properties.dailyTokensPerTenant(), properties.tokensPerPicture());
    }

    private long used(UUID tenantId) {
        String used = redis.call(commands -> commands.get(key(tenantId)));
        return used == null ? 0 : Long.parseLong(used);
    }

    /** Replaces the estimate with the number of tokens used; 0 if no model was called. */
    void settle(UUID tenantId, long used) {
        redis.call(commands -> commands.incrby(key(tenantId), used - properties.tokensPerPicture()));
    }

    private String key(UUID tenantId) {
        return "vision:budget:" + tenantId + ":" + DAY.format(clock.instant());
    }
}
