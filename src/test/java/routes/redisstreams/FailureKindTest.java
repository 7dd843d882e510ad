package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import routes.redisstreams.FailureKind.PermanentFailure;
import routes.redisstreams.FailureKind.UnavailableFailure;
import routes.redisstreams.FailureKind.UncountedFailure;

class FailureKindTest {
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @Test
    void a_failure_counts_unless_something_else_is_said() {
        assertThat(kind(new IllegalStateException(new IllegalArgumentException())))
                .isEqualTo(FailureKind.COUNTED);
    }

    @Test
    void marked_exceptions_are_found_among_the_causes_and_the_outermost_decides() {
        assertThat(kind(new IllegalStateException(new Permanent(null)))).isEqualTo(FailureKind.PERMANENT);
        assertThat(kind(new IllegalStateException(new Uncounted(null)))).isEqualTo(FailureKind.UNCOUNTED);
        assertThat(kind(new IllegalStateException(new Unavailable()))).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(kind(new Permanent(new Uncounted(null)))).isEqualTo(FailureKind.PERMANENT);
        assertThat(kind(new Uncounted(new Permanent(null)))).isEqualTo(FailureKind.UNCOUNTED);
    }

    @Test
    void the_exchange_property_decides_over_exceptions() {
        exchange.setProperty(RedisStreamsConstants.FAILURE, " uncounted ");
        assertThat(kind(new Permanent(null))).isEqualTo(FailureKind.UNCOUNTED);
        exchange.setProperty(RedisStreamsConstants.FAILURE, FailureKind.COUNTED);
        assertThat(kind(new Permanent(null))).isEqualTo(FailureKind.COUNTED);
        exchange.setProperty(RedisStreamsConstants.FAILURE, "forever");
        assertThat(kind(new Permanent(null))).isEqualTo(FailureKind.COUNTED);
    }

    @Test
    void a_redis_that_does_not_answer_is_not_the_fault_of_the_entry_but_one_that_refuses_is() {
        assertThat(kind(new IllegalStateException(new RedisConnectionException("away"))))
                .isEqualTo(FailureKind.UNCOUNTED);
        assertThat(kind(new RedisCommandExecutionException("WRONGTYPE"))).isEqualTo(FailureKind.COUNTED);
    }

    private FailureKind kind(Throwable failure) {
        return FailureKind.of(exchange, failure);
    }

    private static final class Permanent extends RuntimeException implements PermanentFailure {
        private static final long serialVersionUID = 1L;

        Permanent(Throwable cause) {
            super(cause);
        }
    }

    private static final class Uncounted extends RuntimeException implements UncountedFailure {
        private static final long serialVersionUID = 1L;

        Uncounted(Throwable cause) {
            super(cause);
        }
    }

    private static final class Unavailable extends RuntimeException implements UnavailableFailure {
        private static final long serialVersionUID = 1L;
    }
}
