package routes.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.llm.ModelFailureException.Kind;

class StreamedChatTest {
    private static final Map<String, Object> EVENTS = Map.of("Content-Type", "text/event-stream; charset=utf-8");
    private static final String WHOLE =
            """
            : PROCESSING

            data: {"choices":[{"delta":{"role":"assistant","content":""}}]}

            event: message
            data: {"choices":[{"delta":{"content":"Токамак "}}]}

            data:{"choices":[{"delta":{"content":"держит плазму"}}]}

            data: {"choices":[{"delta":{},"finish_reason":"stop"}]}

            data: {"choices":[],"usage":{"total_tokens":21,"cost":0.5}}

            data: [DONE]

            """;

    private final ChatCompletions chat = new ChatCompletions(new ObjectMapper(), Clock.systemUTC());

    private ChatCompletions.Answer read(String body) {
        return chat.read(200, EVENTS, body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void a_stream_is_read_as_the_answer_that_it_is_part_by_part(String lineEnd) {
        assertThat(read(WHOLE.replace("\n", lineEnd)))
                .isEqualTo(new ChatCompletions.Answer("Токамак держит плазму", 21, 0.5, false));
    }

    @Test
    void the_content_is_handed_over_with_each_part_wherever_the_bytes_are_cut() {
        byte[] bytes = WHOLE.getBytes(StandardCharsets.UTF_8);
        for (int step : List.of(1, 2, 3, 17, bytes.length)) {
            List<String> written = new ArrayList<>();
            ServerSentEvents events = new ServerSentEvents(chat.streamed(written::add));
            for (int at = 0; at < bytes.length; at += step) {
                byte[] part = java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + step));
                events.read(part, part.length);
            }

            assertThat(written).containsExactly("Токамак ", "Токамак держит плазму");
        }
    }

    @Test
    void a_stream_without_its_end_is_a_broken_connection() {
        String cut = WHOLE.substring(0, WHOLE.indexOf("data: {\"choices\":[{\"delta\":{},"));

        assertThatThrownBy(() -> read(cut))
                .isInstanceOfSatisfying(
                        ModelFailureException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONNECTION));
    }

    @Test
    void an_error_in_the_stream_is_the_error_of_the_call_also_as_its_first_event() {
        String error = "data: {\"error\":{\"code\":429,\"message\":\"slow down\"}}\n\n";
        String later = WHOLE.replace("data: [DONE]\n\n", error);

        for (String body : List.of(error, later)) {
            assertThatThrownBy(() -> read(body))
                    .isInstanceOfSatisfying(ModelFailureException.class, e -> assertThat(e.kind())
                            .isEqualTo(Kind.RATE_LIMIT));
        }
    }

    @Test
    void a_refusal_an_end_at_the_limit_and_an_empty_stream_are_told_apart() {
        assertThatThrownBy(() -> read(WHOLE.replace("\"stop\"", "\"blacklist\"")))
                .isInstanceOfSatisfying(
                        ModelFailureException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FILTERED));
        assertThat(read(WHOLE.replace("\"stop\"", "\"length\"")).cutOff()).isTrue();
        assertThatThrownBy(() -> read("data: [DONE]\n\n"))
                .isInstanceOfSatisfying(
                        ModelFailureException.class, e -> assertThat(e.kind()).isEqualTo(Kind.EMPTY));
        assertThatThrownBy(() -> read("data: <html>\n\n"))
                .isInstanceOfSatisfying(
                        ModelFailureException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNUSABLE));
    }
}
