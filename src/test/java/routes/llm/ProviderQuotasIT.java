package routes.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.redis.RedisLink;
import routes.testing.EmbeddedRedis;

class ProviderQuotasIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private static final Instant NOW = Instant.parse("2026-01-02T22:00:00Z");

    @BeforeEach
    void empty() {
        REDIS.commands().del("llm:rest:p", "llm:usage:p:2026-01-02");
    }

    private static ProviderQuotas quotas(String cap) {
        return quotas(cap, NOW);
    }

    private static ProviderQuotas quotas(String cap, Instant now) {
        return new ProviderQuotas(
                new RedisLink(REDIS.newClient(), Duration.ofSeconds(10)),
                properties(cap),
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private static LlmProperties properties(String cap) {
        return new LlmProperties(
                Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofHours(1), cap, 10, 10, 50, 60);
    }

    @Test
    void what_a_day_cost_is_added_up_over_processes() {
        quotas("").used("p", 100, 0.5);
        quotas("").used("p", 20, 0.25);

        assertThat(quotas("").usageToday("p")).isEqualTo(new ProviderQuotas.Usage(2, 120, 0.75));
        assertThat(quotas("", NOW.plus(Duration.ofDays(1))).usageToday("p"))
                .isEqualTo(new ProviderQuotas.Usage(0, 0, 0));
        assertThat(REDIS.commands().ttl("llm:usage:p:2026-01-02")).isPositive();
    }

    @Test
    void a_provider_at_its_cap_is_left_alone_until_the_day_is_over() {
        ProviderQuotas quotas = quotas("p=1.5");
        quotas.used("p", 1000, 1);
        assertThat(quotas.resting("p")).isEmpty();

        quotas.used("p", 1000, 1);
        assertThat(quotas.resting("p")).hasValueSatisfying(rest -> {
            assertThat(rest.until()).isEqualTo(Instant.parse("2026-01-03T00:00:00Z"));
            assertThat(rest.reason()).contains("1.5");
        });
        assertThat(quotas("p=10").resting("p")).as("with a higher cap").isEmpty();
    }

    @Test
    void a_rest_holds_for_every_process_and_ends() {
        quotas("").rest("p", Duration.ofMinutes(5), "402");

        assertThat(quotas("").resting("p")).hasValueSatisfying(rest -> {
            assertThat(rest.reason()).isEqualTo("402");
            assertThat(rest.until()).isBetween(NOW.plusSeconds(290), NOW.plusSeconds(300));
        });
        REDIS.commands().del("llm:rest:p");
        assertThat(quotas("").resting("p")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"5, 5", "'gigachat=300, p=2.5', 2.5", "gigachat=300, Infinity", "'', Infinity", "' 7 ', 7"})
    void a_cap_is_for_all_or_by_name(String cap, double expected) {
        assertThat(properties(cap).dailyCostCap("p")).isEqualTo(expected);
    }
}
