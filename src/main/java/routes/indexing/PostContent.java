package routes.indexing;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import routes.events.TagSetVersion;

/**
 * All stored data of a post that index and graph contain; {@link PostContents} reads it as JSON.
 *
 * @param attachmentText null if the attachments contain no text
 * @param state null if nothing was indexed yet
 * @param enrichments {@code data} and {@code metadata} of {@code post_enrichment} by kind
 * @param albumId null for a post without album
 * @param albumMeta {@code media_groups.meta}
 * @param images the SHA-256 of the pictures
 * @param has codes of {@link routes.posts.PostFeature}
 * @param forwardedFrom stored id of the origin channel, otherwise {@code tg:<id>} or its name; null if the post is not a forward
 * @param replyTo null if the post is not a reply or the other post is not stored
 */
record PostContent(
        UUID postId,
        UUID tenantId,
        UUID channelId,
        long number,
        String content,
        String attachmentText,
        Instant postedAt,
        Instant expiresAt,
        boolean deleted,
        long revision,
        IndexState state,
        JsonNode enrichments,
        Long albumId,
        int albumPosition,
        JsonNode albumMeta,
        List<String> urls,
        List<String> images,
        List<String> has,
        String forwardedFrom,
        UUID replyTo) {
    // Maximum length in characters. A post has at most 4096; the other limits keep the embedded text below 2 000
    // tokens, which every
    // embedding model accepts.
    private static final int MAX_CONTENT = 4096;
    private static final int MAX_ATTACHMENTS = 1500;
    private static final int MAX_DESCRIPTION = 500;
    private static final int MAX_OCR = 500;
    private static final int MAX_EMBEDDED_PAGE = 1500;
    /** Maximum length of all pages of a post together in the searched text, in characters. */
    private static final int MAX_PAGES = 14_000;

    private static final int MAX_SUMMARY = 500;
    private static final Pattern INVISIBLE = Pattern.compile("[\\u200B-\\u200D\\uFEFF]");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /**
     * The content of vector index and graph for a post; {@code posts.index_state}.
     *
     * @param vector hash of everything in the vector index; null if it contains nothing
     * @param graph hash of everything in the graph; null if it contains nothing
     * @param tags the tags last written to both
     * @param contentVersion first part of the version of these tags
     * @param visionVersion second part; null for none
     * @param occurredAt third part; null before the first tags
     */
    record IndexState(
            String vector,
            String graph,
            List<String> tags,
            long contentVersion,
            String visionVersion,
            Instant occurredAt) {
        static final IndexState EMPTY = new IndexState(null, null, List.of(), -1, null, null);

        static IndexState of(String vector, String graph, Tags tags) {
            var vision = tags.version().visionVersion();
            Instant occurredAt = tags.version().occurredAt();
            return new IndexState(
                    vector,
                    graph,
                    tags.names(),
                    tags.version().contentVersion(),
                    vision.date().equals(LocalDate.MIN) ? null : "vision@" + vision.date() + "#p" + vision.prompt(),
                    occurredAt.equals(Instant.MIN) ? null : occurredAt);
        }

        @JsonIgnore
        Tags known() {
            Instant since = Objects.requireNonNullElse(occurredAt, Instant.MIN);
            return new Tags(tags, TagSetVersion.of(contentVersion, visionVersion, since));
        }
    }

    /** A set of tags. The version of a missing set is lower than any other. */
    record Tags(List<String> names, TagSetVersion version) {
        /**
         * Returns whether the set replaces the known tags. A set is empty only if there is a reason for the missing tags; such a set never
         * replaces tags of the same text.
         */
        boolean replaces(Tags known) {
            boolean sameText = version.contentVersion() == known.version.contentVersion();
            boolean keeps = names.isEmpty() && !known.names.isEmpty() && sameText;
            return version.isNewerThan(known.version) && !keeps;
        }
    }

    PostContent {
        state = Objects.requireNonNullElse(state, IndexState.EMPTY);
    }

    /** Returns {@code post_enrichment.data} of a kind; a missing node if there is none. */
    JsonNode data(String kind) {
        return enrichments.path(kind).path("data");
    }

    /** Returns the stored tags. */
    Tags tags() {
        List<String> names = StreamSupport.stream(data("tags").path("tags").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        JsonNode metadata = enrichments.path("tags").path("metadata");
        TagSetVersion version = metadata.has("occurred_at")
                ? TagSetVersion.of(
                        metadata.path("content_version").asLong(),
                        metadata.path("vision_version").asText(null),
                        Instant.parse(metadata.path("occurred_at").asText()))
                : IndexState.EMPTY.known().version();
        return new Tags(names, version);
    }

    /**
     * Returns the searched text: the post's own text, the text of its attachments, the description and OCR text of its pictures, the pages
     * it links to and the summary of its album. Each part occurs once.
     */
    String text() {
        return text(MAX_PAGES / Math.max(1, data("crawl").path("urls").size()));
    }

    /** Returns the text to embed: like {@link #text}, with only the beginnings of the pages. */
    String embeddedText() {
        return text(MAX_EMBEDDED_PAGE);
    }

    private String text(int maxPage) {
        Map<String, String> parts = new LinkedHashMap<>();
        add(parts, content, MAX_CONTENT);
        add(parts, Objects.requireNonNullElse(attachmentText, ""), MAX_ATTACHMENTS);
        add(parts, data("vision").path("description").asText(""), MAX_DESCRIPTION);
        add(parts, data("ocr").path("text").asText(""), MAX_OCR);
        for (JsonNode page : data("crawl").path("urls")) {
            add(parts, page.path("title").asText(""), MAX_DESCRIPTION);
            add(parts, page.path("markdown").asText(""), maxPage);
        }
        add(parts, albumMeta.path("vision_summary").asText(""), MAX_SUMMARY);
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

    /** Returns the ids of the posts by tenant. */
    static Map<UUID, List<UUID>> byTenant(Collection<PostContent> posts) {
        return posts.stream()
                .collect(Collectors.groupingBy(
                        PostContent::tenantId, Collectors.mapping(PostContent::postId, Collectors.toList())));
    }
}
