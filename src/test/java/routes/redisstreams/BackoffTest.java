package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

    @Test
    void the_delay_doubles_with_each_failure_up_to_the_longest() {
        for (int i = 0; i < 100; i++) {
            assertThat(backoff.delay(1)).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
            assertThat(backoff.delay(4)).isBetween(Duration.ofMillis(400), Duration.ofMillis(800));
            assertThat(backoff.delay(1_000_000)).isBetween(Duration.ofMillis(2_500), Duration.ofSeconds(5));
        }
    }

    @Test
    void the_delay_is_spread() {
        Set<Duration> delays =
                IntStream.range(0, 50).mapToObj(i -> backoff.delay(3)).collect(Collectors.toSet());
        assertThat(delays).hasSizeGreaterThan(10);
    }
}
