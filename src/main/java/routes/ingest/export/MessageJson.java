package routes.ingest.export;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses the JSON of one value of an export. If parsing fails, known faults of old exporters are repaired first. */
final class MessageJson {
    private static final int MAX_DEPTH = 1000;
    private static final int MAX_DIGITS = 10_000;
    private static final int MAX_REASON = 200;
    private static final int MAX_INDENTATION = 100;

    /** The beginning of a message of Telegram Desktop. Within a text, the quotes would be escaped. */
    private static final Pattern MESSAGE_START = Pattern.compile(
            "\\{\\s*\"id\"\\s*:\\s*-?\\d+\\s*,\\s*\"type\"\\s*:\\s*\"(?:message|service|unsupported)\"");

    /** The beginning of the messages of a chat, and the boundary between two chats. */
    private static final Pattern MESSAGES = Pattern.compile("\"messages\"\\s*:\\s*\\[");

    private static final Pattern BETWEEN_CHATS = Pattern.compile("\\]\\s*\\}\\s*,\\s*\\{");

    private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*\"?(-?\\d{1,18})\\b");

    private final ObjectMapper json = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(JsonCursor.MAX_VALUE_BYTES)
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_DIGITS)
                            .build())
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                    .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ObjectReader mendedJson = json.reader()
            .with(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
            .with(JsonReadFeature.ALLOW_LEADING_ZEROS_FOR_NUMBERS);

    /** One message of an export cannot be read. The surrounding messages are not affected. */
    static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        /** Id of the message; null if it cannot be read. */
        final Long messageId;
        /** The field with the fault, or null if it is unknown. */
        final String field;

        UnreadableException(Long messageId, String field, String reason) {
            super(reason);
            this.messageId = messageId;
            this.field = field;
        }
    }

    /** Parses without repair; null if that fails. */
    JsonNode readAsItIs(byte[] bytes) {
        try {
            return json.readTree(bytes);
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * @throws UnreadableException with the id and the field of the message, if they can be determined
     */
    JsonNode read(byte[] bytes) throws UnreadableException {
        JsonNode value = readAsItIs(bytes);
        if (value != null) {
            return value;
        }
        String mended = OldVersions.mended(bytes);
        try {
            return mendedJson.readTree(mended);
        } catch (JsonProcessingException e) {
            throw new UnreadableException(id(mended), field(mended), reason(e));
        }
    }

    /**
     * Returns the offset at which the next message begins or the list of messages ends, within the bytes of an unreadable message
     * that a fault has merged with its successors; 0 if there is none, -1 if another chat begins at an unknown offset. A message of
     * the next chat is never treated as a message of this chat.
     *
     * @param indentation of the message, in bytes
     */
    static int nextMessage(byte[] bytes, long indentation) {
        // one character per byte keeps the offsets correct
        String text = new String(bytes, ISO_8859_1);
        Matcher start = MESSAGE_START.matcher(text).region(Math.min(1, text.length()), text.length());
        int next = start.find() ? start.start() : 0;
        int sibling = text.indexOf("\n" + " ".repeat((int) Math.min(indentation, MAX_INDENTATION)) + "{");
        if (sibling >= 0 && (next == 0 || sibling + 1 < next)) {
            next = sibling + 1;
        }
        Matcher chat = MESSAGES.matcher(text).region(0, next == 0 ? text.length() : next);
        if (!chat.find()) {
            return next;
        }
        return BETWEEN_CHATS
                .matcher(text)
                .region(0, chat.start())
                .results()
                .mapToInt(MatchResult::start)
                .reduce(-1, (earlier, last) -> last);
    }

    /** Returns the id of a message that cannot be parsed as a whole, or null. */
    static Long id(byte[] bytes) {
        return id(new String(bytes, UTF_8));
    }

    private static Long id(String text) {
        Matcher id = ID.matcher(text);
        return id.find() ? Long.valueOf(id.group(1)) : null;
    }

    /** Returns the field of the message at which its JSON becomes invalid, or null. */
    private String field(String text) {
        String field = null;
        int depth = 0;
        try (JsonParser parser = json.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (token == JsonToken.FIELD_NAME && depth == 1) {
                    field = parser.currentName();
                }
            }
        } catch (IOException e) {
            // the parser stops at the invalid field
        }
        return field;
    }

    /** Omits the excerpt of the JSON, which is long and contains the text of the post. */
    private static String reason(JsonProcessingException failure) {
        String reason = failure.getOriginalMessage().lines().findFirst().orElse("");
        String place = failure.getLocation() == null
                ? ""
                : ", character " + failure.getLocation().getCharOffset();
        return "invalid JSON" + place + ": "
                + (reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason);
    }
}
