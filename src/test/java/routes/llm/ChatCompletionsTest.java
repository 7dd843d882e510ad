package routes.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.camel.util.CaseInsensitiveMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.events.Json;
import routes.llm.ModelFailureException.Kind;

class ChatCompletionsTest {
    private static final Instant NOW = Instant.parse("2026-01-02T22:00:00Z");
    private final ChatCompletions answers = new ChatCompletions(Json.newMapper(), Clock.fixed(NOW, ZoneOffset.UTC));

    private ChatCompletions.Answer read(String body) {
        return answers.read(200, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }

    private ModelFailureException failure(int status, Map<String, Object> headers, String body) {
        return catchThrowableOfType(
                ModelFailureException.class,
                () -> answers.read(status, new CaseInsensitiveMap(headers), body.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void the_content_the_tokens_and_the_cost_are_read() {
        assertThat(
                        read(
                                """
                                {"choices":[{"message":{"content":"[]","role":"assistant"},"finish_reason":"stop"}],
                                 "model":"GigaChat:2.0.28.2","usage":{"total_tokens":20,"cost":0.25}}"""))
                .isEqualTo(new ChatCompletions.Answer("[]", 20, 0.25, false));
        assertThat(
                        read(
                                "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"text\":\"b\"}]}}]}"))
                .isEqualTo(new ChatCompletions.Answer("ab", 0, null, false));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "400, |{\"status\":400,\"message\":\"bad\"}|, REFUSED",
                "401, |{\"status\":401,\"message\":\"Unauthorized\"}|, UNAUTHORIZED",
                "402, |{\"status\":402,\"message\":\"Payment Required\"}|, QUOTA",
                "403, |{\"status\":403,\"message\":\"Permission denied\"}|, UNAUTHORIZED",
                "403, |{\"error\":{\"code\":403,\"message\":\"Input was flagged by moderation\"}}|, FILTERED",
                "404, |{\"status\":404,\"message\":\"No such model\"}|, UNKNOWN_MODEL",
                "400, |{\"error\":{\"code\":400,\"message\":\"x/y is not a valid model ID\"}}|, UNKNOWN_MODEL",
                "404, |{\"error\":{\"code\":404,\"message\":\"No endpoints found for x/y\"}}|, UNKNOWN_MODEL",
                "408, |{}|, SERVER_ERROR",
                "413, |{}|, REFUSED",
                "400, |{\"error\":{\"code\":\"content_filter\",\"message\":\"x\"}}|, FILTERED",
                "400, |{\"error\":{\"message\":\"The response was filtered due to the content management policy\"}}|, FILTERED",
                "403, |{\"error\":{\"message\":\"Blocked by our content policy\"}}|, FILTERED",
                "400, |{\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"x\"}}|, TOO_LONG",
                "400, |{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens\"}}|, TOO_LONG",
                "413, |{\"status\":413,\"message\":\"Prompt is too long\"}|, TOO_LONG",
                "422, |{\"message\":\"Input exceeds the limit of 4096 tokens\"}|, TOO_LONG",
                "422, |{\"status\":422,\"message\":\"Invalid params\"}|, REFUSED",
                "429, |{\"status\":429,\"message\":\"Too many requests\"}|, RATE_LIMIT",
                "500, |<html>Internal Server Error</html>|, SERVER_ERROR",
                "502, ||, SERVER_ERROR",
                "524, |{}|, SERVER_ERROR",
                "529, |{}|, SERVER_ERROR",
                "302, ||, REFUSED",
                "200, ||, EMPTY",
                "200, |[]|, UNUSABLE",
                "200, |sorry, no JSON today|, UNUSABLE",
                "200, |{\"choices\":[]}|, EMPTY",
                "200, |{\"choices\":null}|, EMPTY",
                "200, |{\"choices\":[{\"message\":{\"content\":null}}]}|, EMPTY",
                "200, |{\"choices\":[{\"message\":{\"content\":\" \"}}]}|, EMPTY",
                "200, |{\"choices\":[{\"message\":{\"content\":\"par\"},\"finish_reason\":\"error\"}]}|, EMPTY",
                "200, |{\"choices\":[{\"message\":{\"content\":\"no\"},\"finish_reason\":\"blacklist\"}]}|, FILTERED",
                "200, |{\"error\":{\"message\":\"Provider returned error\",\"code\":429}}|, RATE_LIMIT",
                "200, |{\"error\":{\"message\":\"Provider returned error\"}}|, SERVER_ERROR",
                "200, |{\"error\":{\"code\":\"server_error\",\"message\":\"x\"}}|, SERVER_ERROR",
                "200, |{\"error\":\"overloaded\"}|, SERVER_ERROR",
                "200, |{\"error\":{\"error_type\":\"payment_required\"}}|, QUOTA",
                "200, |{\"error\":{\"message\":\"x\",\"metadata\":{\"error_type\":\"content_policy_violation\"}}}|, FILTERED",
                "200, |{\"choices\":[{\"error\":{\"code\":503,\"message\":\"x\"},\"finish_reason\":\"error\"}]}|, SERVER_ERROR"
            })
    void every_shape_of_an_error_is_taken_for_what_it_is(int status, String body, Kind kind) {
        assertThat(failure(status, Map.of(), body == null ? "" : body))
                .extracting(ModelFailureException::kind)
                .isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({"retry-after, 7, 7000", "Retry-After, 0.5, 500", "RETRY-AFTER, 'Fri, 02 Jan 2026 22:00:30 GMT', 30000"})
    void the_provider_says_how_long_to_wait(String header, String value, long millis) {
        assertThat(failure(429, Map.of(header, value), "{}").pause()).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void a_time_in_the_past_is_now() {
        assertThat(failure(503, Map.of("Retry-After", "Fri, 02 Jan 2026 21:00:00 GMT"), "{}")
                        .pause())
                .isZero();
    }

    @Test
    void what_is_no_time_is_passed_over() {
        assertThat(failure(503, Map.of("Retry-After", "soon"), "{}").pause()).isNull();
    }

    @Test
    void a_daily_limit_lasts_until_the_provider_says_or_the_day_is_over() {
        ModelFailureException said = failure(
                429,
                Map.of(),
                """
                {"error":{"code":429,"message":"Rate limit exceeded: free-models-per-day",
                  "metadata":{"headers":{"X-RateLimit-Reset":"%d"}}}}"""
                        .formatted(NOW.plusSeconds(90).toEpochMilli()));
        assertThat(said.kind()).isEqualTo(Kind.QUOTA);
        assertThat(said.pause()).isEqualTo(Duration.ofSeconds(90));

        ModelFailureException unsaid = failure(
                200, Map.of(), "{\"error\":{\"code\":429,\"message\":\"Rate limit exceeded: free-models-per-day\"}}");
        assertThat(unsaid.kind()).isEqualTo(Kind.QUOTA);
        assertThat(unsaid.pause()).isEqualTo(Duration.ofHours(2));
    }

    @Test
    void the_reason_behind_a_generic_message_is_told() {
        assertThat(
                        failure(
                                200,
                                Map.of(),
                                """
                        {"error":{"code":429,"message":"Provider returned error",
                          "metadata":{"raw":"x is temporarily rate-limited upstream","provider_name":"B"}}}"""))
                .hasMessage("429: Provider returned error (x is temporarily rate-limited upstream)");
    }
}
