package routes.api.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request as it goes over the wire, and what is to be expected of the answer.
 *
 * @param operation its operationId
 * @param target path and query, encoded or deliberately not
 * @param body null for none
 * @param field what is wrong with it, if that is one thing; else null
 * @param note what was done to it
 */
public record Request(
        String operation,
        String method,
        String target,
        Map<String, String> headers,
        byte[] body,
        Expected expected,
        String field,
        String note) {

    /** What is known of a request by how it was made. */
    public enum Expected {
        /** As the document says, with ids that exist: not the client's fault. */
        TAKEN,
        /** As the document says, with ids that need not exist. */
        TAKEN_OR_MISSING,
        /** Against the document in one place. */
        REFUSED,
        /** Anything; it must only be answered properly. */
        ANSWERED
    }

    Request with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Request(operation, method, target, more, body, expected, field, note);
    }

    Request as(Expected other, String otherField, String otherNote) {
        return new Request(operation, method, target, headers, body, other, otherField, otherNote);
    }

    Request method(String other) {
        return new Request(operation, other, target, headers, body, expected, field, note);
    }

    Request target(String other) {
        return new Request(operation, method, other, headers, body, expected, field, note);
    }

    Request body(byte[] other) {
        return new Request(operation, method, target, headers, other, expected, field, note);
    }

    byte[] bytes(String host) {
        var out = new ByteArrayOutputStream();
        var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        if (!headers.containsKey("Host")) {
            head.append("Host: ").append(host).append("\r\n");
        }
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        boolean isMeasured = headers.containsKey("Transfer-Encoding") || headers.containsKey("Content-Length");
        if (!isMeasured && (body != null || !method.equals("GET"))) {
            head.append("Content-Length: ")
                    .append(body == null ? 0 : body.length)
                    .append("\r\n");
        }
        // one byte a character, so that a target may hold any byte
        out.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
        if (body != null) {
            out.writeBytes(body);
        }
        return out.toByteArray();
    }

    /** To be tried by hand; what a shell cannot hold is escaped as printf does. */
    public String curl(String base) {
        var curl = new StringBuilder(
                "curl -si --path-as-is -X '" + method + "' '" + base + escape(shortened(target)) + "'");
        headers.forEach((name, value) -> curl.append(" -H '")
                .append(escape(name + ": " + shortened(value)))
                .append('\''));
        if (body != null) {
            String text = new String(body, UTF_8);
            boolean isText = body.length < 4000 && text.chars().noneMatch(c -> c < ' ' || c == 0xFFFD);
            curl.append(" --data-binary ").append(isText ? "'" + text.replace("'", "'\\''") + "'" : hex());
        }
        return curl.toString();
    }

    private static String shortened(String text) {
        return text.length() <= 1500 ? text : text.substring(0, 100) + "… " + text.length() + " characters";
    }

    private String hex() {
        var hex = new StringBuilder("\"$(printf '");
        for (int i = 0; i < Math.min(body.length, 2000); i++) {
            hex.append(String.format("\\x%02x", body[i]));
        }
        return hex.append(body.length > 2000 ? "… " + body.length + " bytes" : "")
                .append("')\"")
                .toString();
    }

    private static String escape(String text) {
        var escaped = new StringBuilder();
        text.chars().forEach(c -> {
            if (c < ' ' || c > 126) {
                escaped.append(String.format("\\x%02x", c));
            } else if (c == '\'') {
                escaped.append("'\\''");
            } else {
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }
}
