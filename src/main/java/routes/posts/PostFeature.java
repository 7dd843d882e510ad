package routes.posts;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Features of posts to filter by, besides text and tags. The list of posts and the search index use the same conditions. */
public enum PostFeature {
    PHOTO("photo", file("image/%")),
    VIDEO("video", file("video/%")),
    TEXT_ON_IMAGE(
            "text-on-image",
            "(SELECT e.data ->> 'text' <> '' FROM post_enrichment e WHERE e.post_id = p.id AND e.kind = 'ocr')");

    /** SQL array of the codes that apply to a post {@code posts p}. */
    public static final String CODES = Arrays.stream(values())
            .map(feature -> "CASE WHEN " + feature.condition + " THEN '" + feature.code + "' END")
            .collect(Collectors.joining(", ", "array_remove(ARRAY[", "], NULL)"));

    private final String code;
    private final String condition;

    PostFeature(String code, String condition) {
        this.code = code;
        this.condition = "p.has_media AND " + condition;
    }

    /** Returns the code used in URLs and in the index. */
    public String code() {
        return code;
    }

    /** Returns the SQL condition on {@code posts p}. */
    public String condition() {
        return condition;
    }

    /** A scalar subquery, because PostgreSQL would convert EXISTS to a join that reads all files of the tenant. */
    private static String file(String mime) {
        return """
                (SELECT true FROM post_media_map m
                 JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = m.file_sha256
                 WHERE m.post_id = p.id AND o.mime LIKE '%s' LIMIT 1)"""
                .formatted(mime);
    }
}
