package routes.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.events.Json;
import routes.llm.ModelFailureException.Kind;

class GigaChatTokenTest {
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final AtomicInteger fetched = new AtomicInteger();
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private Duration life = Duration.ofMinutes(30);
    private int status = 200;
    private GigaChatToken token;

    private final class TestClock extends Clock {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @BeforeEach
    void start() throws Exception {
        token = new GigaChatToken(
                camel.createFluentProducerTemplate(), Json.newMapper(), new TestClock(), Duration.ofSeconds(10));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:llm-gigachat-token")
                        .process(GigaChatTokenTest.this::answer)
                        .bean(token, "read");
            }
        });
        camel.start();
    }

    private void answer(Exchange exchange) {
        String body = status == 200
                ? "{\"access_token\":\"t%d\",\"expires_at\":%d}"
                        .formatted(fetched.incrementAndGet(), now.plus(life).toEpochMilli())
                : "{\"code\":6,\"message\":\"credentials doesn't match db data\"}";
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        exchange.getMessage().setBody(body.getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    @Test
    void calls_at_the_same_time_share_one_token() {
        IntStream.range(0, 16).parallel().forEach(i -> ensure());

        assertThat(fetched).hasValue(1);
        assertThat(token.authorization()).isEqualTo("Bearer t1");
    }

    private Instant ensure() {
        try {
            return token.ensure();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    void a_token_is_renewed_a_minute_before_it_expires() {
        ensure();
        now = now.plus(Duration.ofMinutes(29)).minusSeconds(1);
        ensure();
        assertThat(fetched).hasValue(1);

        now = now.plusSeconds(1);
        ensure();
        assertThat(fetched).hasValue(2);
        assertThat(token.authorization()).isEqualTo("Bearer t2");
    }

    @Test
    void a_token_that_lives_short_is_used_for_most_of_its_life() {
        life = Duration.ofSeconds(8);
        ensure();
        now = now.plusSeconds(5);
        ensure();
        assertThat(fetched).hasValue(1);
        now = now.plusSeconds(1);
        ensure();
        assertThat(fetched).hasValue(2);
    }

    @Test
    void a_refusal_of_an_old_token_does_not_drop_the_new_one() {
        Instant first = ensure();
        token.refused(first);
        now = now.plusSeconds(1);
        ensure();
        token.refused(first);
        ensure();

        assertThat(fetched).hasValue(2);
    }

    @Test
    void a_wrong_key_is_told_as_that() {
        status = 401;

        assertThatThrownBy(this::ensure)
                .isInstanceOfSatisfying(ModelFailureException.class, failure -> assertThat(failure.kind())
                        .isEqualTo(Kind.UNAUTHORIZED))
                .hasMessageContaining("credentials doesn't match db data")
                .hasMessageContaining("GIGACHAT_API_KEY");
        status = 503;
        assertThatThrownBy(this::ensure)
                .isInstanceOfSatisfying(ModelFailureException.class, failure -> assertThat(failure.kind())
                        .isEqualTo(Kind.SERVER_ERROR));
    }
}
