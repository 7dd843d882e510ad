package routes.api;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;
import routes.posts.PostFeature;

/**
 * Filters the posts of a user's channels; a null field means no restriction.
 *
 * @param has features that a post must all have; empty for no restriction
 * @param from earliest time of posting, inclusive
 * @param to latest time of posting, exclusive
 */
record PostFilter(
        String taggingStatus, UUID channel, String tag, Set<PostFeature> has, String text, Instant from, Instant to) {

    static final PostFilter NONE = new PostFilter(null, null, null, Set.of(), null, null, null);

    static final String STATUSES = "pending|success|failed|retrying|skipped";
    static final String ONE_OF_STATUSES = "must be one of pending, success, failed, retrying, skipped";

    static final String FEATURES = "photo|video|text-on-image";
    static final String ONE_OF_FEATURES = "must be one of photo, video, text-on-image";

    /** PostgreSQL regular expression prefix: the rest is matched literally. */
    private static final String LITERAL = "***=";

    /** @throws org.springframework.web.ErrorResponseException status 400 */
    PostFilter {
        requireOrder(from, to);
    }

    /** @throws org.springframework.web.ErrorResponseException status 400 */
    static void requireOrder(Instant from, Instant to) {
        if (from != null && to != null && !from.isBefore(to)) {
            throw ProblemType.INVALID_PARAMETER.exception("from", "from must be before to");
        }
    }

    /**
     * Returns the features for the codes, without duplicates and in a fixed order.
     *
     * @param codes {@link PostFeature#code}; null for none
     */
    static Set<PostFeature> features(List<String> codes) {
        return codes == null
                ? Set.of()
                : Arrays.stream(PostFeature.values())
                        .filter(feature -> codes.contains(feature.code()))
                        .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns conditions on {@code posts p}, each beginning with AND. Parameters: {@link #values}, and {@code forms} of the tag. */
    String conditions(Optional<Cursor> after) {
        return condition(after.orElse(null), "(p.posted_at, p.number) < (CAST(:time AS timestamptz), :number)")
                + condition(taggingStatus, "p.tagging_status = :status")
                + condition(channel, "p.channel_id = :channel")
                // A scalar subquery: PostgreSQL would turn EXISTS into a join that reads all tags once per channel. ICU
                // collation for case
                // and ё: the locale of the database may not support Russian.
                + condition(
                        tag,
                        """
                        (SELECT jsonb_exists_any(
                                    translate(lower((e.data -> 'tags')::text COLLATE "und-x-icu"), 'ё', 'е')::jsonb,
                                    CAST(:forms AS text[]))
                         FROM post_enrichment e WHERE e.post_id = p.id AND e.kind = 'tags')
                        """)
                + has.stream().map(feature -> " AND " + feature.condition()).collect(Collectors.joining())
                // three times as fast as ILIKE
                + condition(
                        text,
                        "(p.content COLLATE \"und-x-icu\" ~* :text OR p.attachment_text COLLATE \"und-x-icu\" ~* :text)")
                + condition(from, "p.posted_at >= CAST(:from AS timestamptz)")
                + condition(to, "p.posted_at < CAST(:to AS timestamptz)");
    }

    /**
     * Returns a query for the ids of the newest matching posts in the channels that a user reads. It reads the newest posts of each
     * channel from the index, then selects the newest of those. Parameters: those of {@link #conditions}, {@code tenant}, {@code user} and
     * {@code limit}.
     */
    String newest(Optional<Cursor> after) {
        return """
                SELECT newest.id FROM user_channel s
                CROSS JOIN LATERAL (
                    SELECT p.id, p.posted_at, p.number FROM posts p
                    WHERE p.tenant_id = :tenant AND p.channel_id = s.channel_id AND NOT p.is_deleted %s
                    ORDER BY p.posted_at DESC, p.number DESC LIMIT :limit) newest
                WHERE s.user_id = :user AND s.is_active
                ORDER BY newest.posted_at DESC, newest.number DESC LIMIT :limit
                """
                .formatted(conditions(after));
    }

    private static String condition(Object filter, String sql) {
        return filter == null ? "" : " AND " + sql;
    }

    Map<String, Object> values(Optional<Cursor> after) {
        var values = new HashMap<String, Object>(Cursor.parameters(after));
        values.put("status", taggingStatus);
        values.put("channel", channel);
        values.put("text", LITERAL + text);
        values.put("from", Objects.toString(from, null));
        values.put("to", Objects.toString(to, null));
        return values;
    }
}
