package routes.indexing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The text of a post that is embedded and searched: its own text, the text of its attachments, the description and OCR text of its
 * pictures, the pages it links to and the summary of its album. Each part occurs once.
 */
final class IndexText {
    // Characters. A post has at most 4096; the other limits keep the total below 2 000 tokens, which every embedding
    // model accepts.
    private static final int MAX_CONTENT = 4096;
    private static final int MAX_ATTACHMENTS = 1500;
    private static final int MAX_DESCRIPTION = 500;
    private static final int MAX_OCR = 500;
    private static final int MAX_PAGE = 1500;
    private static final int MAX_SUMMARY = 500;

    private static final Pattern INVISIBLE = Pattern.compile("[\\u200B-\\u200D\\uFEFF]");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private IndexText() {}

    static String of(PostContent post) {
        Map<String, String> parts = new LinkedHashMap<>();
        add(parts, post.content(), MAX_CONTENT);
        add(parts, Objects.requireNonNullElse(post.attachmentText(), ""), MAX_ATTACHMENTS);
        add(parts, post.vision().path("description").asText(""), MAX_DESCRIPTION);
        add(parts, post.ocr().path("text").asText(""), MAX_OCR);
        for (JsonNode page : post.crawl().path("urls")) {
            add(parts, page.path("title").asText(""), MAX_DESCRIPTION);
            add(parts, page.path("markdown").asText(""), MAX_PAGE);
        }
        add(parts, post.albumMeta().path("vision_summary").asText(""), MAX_SUMMARY);
        return String.join("\n", parts.values());
    }

    private static void add(Map<String, String> parts, String text, int max) {
        String part = INVISIBLE.matcher(text).replaceAll("").strip();
        if (part.length() > max) {
            part = part.substring(0, part.offsetByCodePoints(0, part.codePointCount(0, max)));
        }
        if (!part.isBlank()) {
            parts.putIfAbsent(BLANKS.matcher(part.toLowerCase(Locale.ROOT)).replaceAll(" "), part);
        }
    }
}
