package routes.vision;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import routes.events.VisionAnalyzed.VisionClassification;
import routes.llm.ModelFailureException;

/** Parses a model's answer about a picture: lenient about its form, strict about its content. */
final class VisionAnswers {
    static final Set<String> TYPES = Set.of("photo", "meme", "document", "screenshot", "infographic", "other");
    static final String OTHER = "other";

    private static final int MAX_LABELS = 20;
    private static final int MAX_OBJECTS = 10;
    private static final int MAX_WORD = 60;
    private static final int MAX_DESCRIPTION = 1_000;
    private static final int MAX_OCR = 100_000;

    /** Lenient parser: models also write single quotes, comments and trailing commas. */
    private static final ObjectMapper JSON = JsonMapper.builder(new JsonFactory())
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .build();

    private VisionAnswers() {}

    /**
     * Parses the fields of the answer.
     *
     * @throws ModelFailureException if it contains no JSON object, or an object without description, labels and text
     */
    static FileVision read(String content) {
        JsonNode answer = object(content);
        JsonNode classification = answer.path("classification");
        String type = text(classification.isObject() ? classification.path("type") : classification, MAX_WORD);
        List<String> labels = words(answer.path("labels"), MAX_LABELS);
        String ocr = ocr(answer);
        String description = text(answer.path("description"), MAX_DESCRIPTION);
        if (description == null && labels.isEmpty() && ocr == null) {
            throw ModelFailureException.unusable("the answer contains neither a description nor labels nor text");
        }
        String known =
                type == null || !TYPES.contains(type.toLowerCase(Locale.ROOT)) ? OTHER : type.toLowerCase(Locale.ROOT);
        double confidence = classification
                .path("confidence")
                .asDouble(answer.path("confidence").asDouble(1));
        return FileVisionBuilder.builder()
                .classification(new VisionClassification(known, Math.max(0, Math.min(1, confidence)), labels))
                .description(description)
                .ocr(ocr == null ? null : new FileVision.Ocr(ocr, null, null))
                .isMeme(answer.path("is_meme").asBoolean(known.equals("meme")))
                .labels(labels)
                .objects(words(answer.path("objects"), MAX_OBJECTS))
                .build();
    }

    /** Returns the first JSON object in the answer, ignoring surrounding text. */
    private static JsonNode object(String content) {
        for (int start = content.indexOf('{'); start >= 0; start = content.indexOf('{', start + 1)) {
            try (JsonParser parser = JSON.createParser(content.substring(start))) {
                JsonNode node = JSON.readTree(parser);
                if (node != null && node.isObject() && !node.isEmpty()) {
                    return node;
                }
            } catch (IOException e) {
                // not the beginning of a JSON object
                continue;
            }
        }
        throw ModelFailureException.unusable("the answer contains no JSON object");
    }

    private static String ocr(JsonNode answer) {
        JsonNode ocr = answer.path("ocr");
        String text = text(ocr.isObject() ? ocr.path("text") : ocr, MAX_OCR);
        return text == null ? text(answer.path("ocr_text"), MAX_OCR) : text;
    }

    private static String text(JsonNode node, int max) {
        String text = node.isTextual() ? clean(node.asText()) : "";
        boolean isNone = text.isEmpty() || text.equalsIgnoreCase("null") || text.equalsIgnoreCase("none");
        return isNone
                ? null
                : text.substring(0, text.offsetByCodePoints(0, Math.min(text.codePointCount(0, text.length()), max)));
    }

    /** Removes control characters except line breaks. */
    private static String clean(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\\n]]+", " ").strip();
    }

    private static List<String> words(JsonNode node, int max) {
        Stream<JsonNode> items = node.isArray() ? StreamSupport.stream(node.spliterator(), false) : Stream.of(node);
        LinkedHashSet<String> words = new LinkedHashSet<>();
        items.map(item -> text(item.isObject() ? item.path("name") : item, MAX_WORD))
                .filter(word -> word != null)
                .flatMap(word -> node.isArray() ? Stream.of(word) : Stream.of(word.split("[,;]")))
                .map(word -> word.strip().toLowerCase(Locale.ROOT))
                .filter(word -> !word.isEmpty())
                .limit(max)
                .forEach(words::add);
        return List.copyOf(words);
    }
}
