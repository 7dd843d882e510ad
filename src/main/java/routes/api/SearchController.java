package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;
import routes.posts.PostFeature;
import routes.posts.Spoilers;
import routes.search.HybridSearch;
import routes.search.HybridSearch.PostHit;
import routes.search.HybridSearch.PostQuery;
import routes.search.HybridSearch.SearchResult;
import routes.search.QueryLanguage;
import routes.search.QueryLanguage.UnclearQueryException;
import routes.search.QueryLanguage.Understood;
import routes.text.TagKey;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.Facets;

/** Searches the posts of the channels that a user reads. The index returns the matches, the database supplies the displayed data. */
@RestController
record SearchController(
        UserStore users, Subscriptions subscriptions, PostStore posts, ApiDatabase database, HybridSearch engine) {

    /** Facets are meant for selection; a longer list is of no use. */
    private static final int MAX_TAGS = 30;

    private static final int MAX_FACET_CHANNELS = 50;

    /** Invisible characters that indexing removes from a text. */
    private static final String INVISIBLE = "[\\u200B-\\u200D\\uFEFF]";

    private static final RowMapper<Beside> BESIDE = ApiDatabase.as(Beside.class);
    /** Number of leading characters used to recognise a part of the indexed text. */
    private static final int MIN_PART = 200;

    /**
     * @param snippet plain text around the best match, with spoilers masked
     * @param foundIn location of the snippet: {@code post}, {@code picture} or {@code link}
     * @param score comparable only within one response
     * @param channel title of the channel, otherwise its user name
     * @param link to the post in Telegram
     * @param post in the same form as in lists
     */
    @JsonInclude
    record SearchHit(
            UUID postId,
            long number,
            double score,
            String snippet,
            String foundIn,
            List<String> tags,
            String channel,
            Instant postedAt,
            String link,
            Post post) {}

    /** Data that search reads and displays in addition to the post. */
    private record Beside(String channel, String description, String recognized, boolean hasPage) {}

    /** @param channel title of the channel, otherwise its user name */
    record ChannelCount(UUID channelId, String channel, int count) {}

    record TagCount(String tag, int count) {}

    /** @param month {@code yyyy-MM} in UTC */
    record MonthCount(String month, int count) {}

    /** Facets: channels and tags sorted by number of posts, descending; months in chronological order. */
    record FacetLists(List<ChannelCount> channels, List<TagCount> tags, List<MonthCount> months) {}

    /**
     * @param correctedQuery the corrected query, used because no post matches the query as typed; null if the query was not corrected
     * @param unavailable parts of the search that failed, such as {@code embeddings}; null if none failed
     * @param facets null unless requested
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Hits(
            List<SearchHit> items,
            @JsonInclude String nextCursor,
            String correctedQuery,
            Set<String> unavailable,
            FacetLists facets) {}

    @GetMapping("/users/{user_id}/search")
    Hits search(
            @PathVariable("user_id") long id,
            @RequestParam(name = "q") @Size(min = 1, max = 500) @PlainText String text,
            @RequestParam(name = "limit", defaultValue = "10") @Min(1) @Max(50) int limit,
            @RequestParam(name = "channel_id", required = false) UUID channel,
            @RequestParam(name = "tag", required = false) @Size(min = 1, max = 100) @PlainText String tag,
            @RequestParam(name = "has", required = false)
                    List<@Pattern(regexp = PostFilter.FEATURES, message = PostFilter.ONE_OF_FEATURES) String> has,
            @RequestParam(name = "from", required = false) Instant from,
            @RequestParam(name = "to", required = false) Instant to,
            @RequestParam(name = "order", defaultValue = "relevance")
                    @Pattern(regexp = "relevance|date", message = "must be one of relevance, date")
                    String order,
            @RequestParam(name = "as_typed", defaultValue = "false") boolean asTyped,
            @RequestParam(name = "facets", defaultValue = "false") boolean facets,
            @RequestParam(name = "cursor", required = false) String cursor) {
        PostFilter.requireOrder(from, to);
        User user = users.require(id);
        Set<PostFeature> features = PostFilter.features(has);
        String scope = "search " + Arrays.asList(user.id(), text, channel, tag, features, from, to, order, asTyped);
        int offset = cursor == null ? 0 : offset(Cursor.decode(cursor, scope));
        Set<String> codes = features.stream().map(PostFeature::code).collect(Collectors.toSet());
        Understood understood = understood(text).and(tag, codes, from, to);
        PostQuery query = new PostQuery(
                user.tenantId(),
                subscriptions.named(user, channel, understood.channels()),
                understood,
                asTyped,
                PostQuery.Order.valueOf(order.toUpperCase(Locale.ROOT)),
                offset,
                limit);
        SearchResult result = engine.search(query);
        String corrected = corrected(text, result.replaced());
        String next =
                result.hasMore() ? Cursor.of(Instant.EPOCH, offset + limit).encode(scope) : null;
        String words = corrected == null
                ? understood.words()
                : QueryLanguage.read(corrected).words();
        return new Hits(
                hits(user, words, result.hits()),
                next,
                corrected,
                result.unavailable().isEmpty() ? null : result.unavailable(),
                facets ? lists(engine.facets(query, MAX_TAGS)) : null);
    }

    /**
     * A post on the same subject as another post.
     *
     * @param sharedTags tags of this post that the other post also has, in any form
     * @param channel title of the channel, otherwise its user name
     */
    record RelatedPost(Post post, String channel, List<String> sharedTags) {}

    @GetMapping("/posts/{post_id}/related")
    Page<RelatedPost> related(
            @PathVariable("post_id") PostId id,
            @RequestParam(name = "limit", defaultValue = "5") @Min(1) @Max(20) int limit) {
        Post post = posts.read(id);
        UUID tenant = posts.locate(id).tenantId();
        Set<UUID> readable = database.sql(
                        """
                        SELECT DISTINCT s.channel_id FROM user_channel s JOIN users u ON u.id = s.user_id
                        WHERE u.tenant_id = :tenant AND s.is_active LIMIT :limit
                        """)
                .param("tenant", tenant)
                .param("limit", Subscriptions.MAX_CHANNELS)
                .query(UUID.class)
                .set();
        UUID[] near = engine.related(tenant, readable, post.id(), limit).stream()
                .map(VectorIndex.SearchHit::postId)
                .toArray(UUID[]::new);
        Set<String> tags = post.tags().stream().map(TagKey::of).collect(Collectors.toSet());
        List<RelatedPost> shown = database.rows(
                        """
                        SELECT coalesce(nullif(c.title, ''), c.username, '') AS channel, %s
                        FROM unnest(:ids) WITH ORDINALITY AS near (id, place)
                        JOIN posts p ON p.id = near.id AND p.tenant_id = :tenant AND NOT p.is_deleted
                        JOIN channels c ON c.id = p.channel_id
                        ORDER BY near.place
                        """
                                .formatted(PostRows.COLUMNS))
                .param("ids", near)
                .param("tenant", tenant)
                .query((row, n) -> {
                    Post other = PostRows.POST.mapRow(row, n);
                    List<String> shared = other.tags().stream()
                            .filter(tag -> tags.contains(TagKey.of(tag)))
                            .toList();
                    return new RelatedPost(other, BESIDE.mapRow(row, n).channel(), shared);
                })
                .list();
        return new Page<>(shown);
    }

    /** @throws org.springframework.web.ErrorResponseException status 400 for an invalid operator */
    private static Understood understood(String text) {
        try {
            Understood understood = QueryLanguage.read(text);
            for (String feature : understood.has()) {
                if (!feature.matches(PostFilter.FEATURES)) {
                    throw ProblemType.INVALID_PARAMETER.exception(
                            "q", "has:" + feature + " " + PostFilter.ONE_OF_FEATURES);
                }
            }
            return understood;
        } catch (UnclearQueryException e) {
            throw ProblemType.INVALID_PARAMETER.exception("q", e.getMessage());
        }
    }

    /** Returns null if nothing was replaced. */
    private static String corrected(String text, Map<String, String> replaced) {
        String corrected = text;
        for (Map.Entry<String, String> word : replaced.entrySet()) {
            corrected = corrected.replaceAll(
                    "(?<![^\\s\"“”])" + java.util.regex.Pattern.quote(word.getKey()) + "(?![^\\s\"“”])",
                    Matcher.quoteReplacement(word.getValue()));
        }
        return corrected.equals(text) ? null : corrected;
    }

    private FacetLists lists(Facets facets) {
        List<ChannelCount> channels = database.sql(
                        """
                        SELECT c.id AS channel_id, coalesce(nullif(c.title, ''), c.username, '') COLLATE "C" AS channel, found.count
                        FROM unnest(:ids, :counts) AS found (id, count) JOIN channels c ON c.id = found.id
                        ORDER BY found.count DESC, channel, c.id LIMIT :most
                        """)
                .param("ids", facets.channels().keySet().toArray(UUID[]::new))
                .param("counts", facets.channels().values().toArray(Integer[]::new))
                .param("most", MAX_FACET_CHANNELS)
                .query(ChannelCount.class)
                .list();
        return new FacetLists(
                channels,
                facets.tags().entrySet().stream()
                        .map(tag -> new TagCount(tag.getKey(), tag.getValue()))
                        .toList(),
                facets.months().entrySet().stream()
                        .map(month -> new MonthCount(month.getKey().toString(), month.getValue()))
                        .sorted(Comparator.comparing(MonthCount::month))
                        .toList());
    }

    /** Returns the number of hits already shown. A ranking has no stable sort key, so the cursor holds this number. */
    private static int offset(Cursor cursor) {
        return (int) Math.max(0, Math.min(cursor.number(), Integer.MAX_VALUE - PostQuery.MAX_LIMIT));
    }

    /**
     * Returns the hits in the same order. The index may be stale, so posts are omitted that were deleted meanwhile or that the user may no
     * longer see.
     */
    private List<SearchHit> hits(User user, String query, List<PostHit> found) {
        Map<UUID, PostHit> byId = found.stream().collect(Collectors.toMap(PostHit::postId, hit -> hit));
        return database.rows(
                        """
                        SELECT coalesce(nullif(c.title, ''), c.username, '') AS channel,
                               (SELECT e.data ->> 'description' FROM post_enrichment e WHERE e.post_id = p.id AND e.kind = 'vision')
                                   AS description,
                               (SELECT e.data ->> 'text' FROM post_enrichment e WHERE e.post_id = p.id AND e.kind = 'ocr') AS recognized,
                               EXISTS (SELECT FROM post_enrichment e
                                       WHERE e.post_id = p.id AND e.kind = 'crawl' AND e.status <> 'error') AS has_page, %s
                        FROM unnest(:ids) WITH ORDINALITY AS hit (id, place)
                        JOIN posts p ON p.id = hit.id AND p.tenant_id = :tenant AND NOT p.is_deleted
                        JOIN user_channel s ON s.channel_id = p.channel_id AND s.user_id = :user AND s.is_active
                        JOIN channels c ON c.id = p.channel_id
                        ORDER BY hit.place
                        """
                                .formatted(PostRows.COLUMNS))
                .param("ids", found.stream().map(PostHit::postId).toArray(UUID[]::new))
                .param("tenant", user.tenantId())
                .param("user", user.id())
                .query((row, n) -> {
                    Post post = PostRows.POST.mapRow(row, n);
                    return hit(post, BESIDE.mapRow(row, n), query, byId.get(post.id()));
                })
                .list();
    }

    private SearchHit hit(Post post, Beside beside, String query, PostHit found) {
        HybridSearch.Passage passage = engine.snippet(query, unspoiled(post, found.text()));
        return new SearchHit(
                post.id(),
                post.number(),
                found.score(),
                passage.text(),
                place(post, beside, found.text(), passage.at()),
                post.tags(),
                beside.channel(),
                post.postedAt(),
                post.telegramPostUrl(),
                post);
    }

    /**
     * Returns the part of the indexed text that contains a position. The parts are the post's own text, then the pictures, then the pages.
     */
    private static String place(Post post, Beside beside, String indexed, int at) {
        if (at == 0 || isIn(indexed, post.content(), at) || isIn(indexed, post.attachmentText(), at)) {
            return "post";
        }
        boolean isPictured = isIn(indexed, beside.description(), at) || isIn(indexed, beside.recognized(), at);
        return isPictured || !beside.hasPage() ? "picture" : "link";
    }

    private static boolean isIn(String indexed, String part, int at) {
        String text = part == null ? "" : asIndexed(part);
        // long parts are truncated
        int start = text.isEmpty() ? -1 : indexed.indexOf(text.substring(0, Math.min(text.length(), MIN_PART)));
        return start >= 0 && at >= start && at < start + text.length();
    }

    /**
     * Masks spoilers. The indexed text starts with the text of the post. If the post was edited after indexing, only the text of the post
     * is used.
     */
    private static String unspoiled(Post post, String indexed) {
        String shown = Spoilers.masked(post.content(), post.entities());
        if (shown.equals(post.content())) {
            return indexed;
        }
        String whole = asIndexed(post.content());
        return indexed.startsWith(whole) ? asIndexed(shown) + indexed.substring(whole.length()) : asIndexed(shown);
    }

    private static String asIndexed(String content) {
        return content.replaceAll(INVISIBLE, "").strip();
    }
}
