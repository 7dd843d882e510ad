package routes.llm.standin;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** What is to be sent; the headers are without those that tell the length of the body. */
record Answer(int status, Map<String, String> headers, String body) {
    private static final String TYPE = "Content-Type";

    static Answer json(int status, JsonNode body) {
        return new Answer(status, Map.of(TYPE, "application/json; charset=utf-8"), body.toString());
    }

    static Answer html(int status, String body) {
        return new Answer(status, Map.of(TYPE, "text/html; charset=utf-8"), body);
    }

    static Answer empty(int status) {
        return new Answer(status, Map.of(), "");
    }

    Answer with(Map<String, String> more) {
        var all = new TreeMap<>(headers);
        all.putAll(more);
        return new Answer(status, all, body);
    }

    byte[] bytes() {
        return body.getBytes(StandardCharsets.UTF_8);
    }
}
