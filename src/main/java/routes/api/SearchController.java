package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;
import routes.posts.PostFeature;
import routes.search.HybridSearch;
import routes.search.HybridSearch.PostHit;
import routes.search.HybridSearch.PostQuery;
import routes.search.HybridSearch.SearchResult;
import routes.search.QueryLanguage;
import routes.search.QueryLanguage.UnclearQueryException;
import routes.search.QueryLanguage.Understood;
import routes.text.NormalizedText;
import routes.text.TagKey;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.Facets;

/** Searches the posts of the channels that a user reads. The index finds them, the database supplies what is shown. */
@RestController
final class SearchController {

    /** More than anyone reads; limits the size of the search filter. */
    private static final int MAX_CHANNELS = 10_000;

    /** Facets are for choosing, not for reading through. */
    private static final int MAX_TAGS = 30;

    private static final int MAX_FACET_CHANNELS = 50;

    /** Characters that indexing removes from a text. */
    private static final String INVISIBLE = "[\\u200B-\\u200D\\uFEFF]";

    private static final RowMapper<ChannelName> CHANNEL = ApiDatabase.as(ChannelName.class);
    private static final RowMapper<Beside> BESIDE = ApiDatabase.as(Beside.class);
    /** Characters by which a part of the indexed text is recognised. */
    private static final int MIN_PART = 200;

    private final UserStore users;
    private final PostStore posts;
    private final ApiDatabase database;
    private final HybridSearch engine;

    SearchController(UserStore users, PostStore posts, ApiDatabase database, HybridSearch engine) {
        this.users = users;
        this.posts = posts;
        this.database = database;
        this.engine = engine;
    }

    /**
     * @param snippet plain text around the best match, with spoilers masked
     * @param foundIn where that is: {@code post}, {@code picture} or {@code link}
     * @param score comparable within one answer only
     * @param channel title of the channel, otherwise its user name
     * @param link to the post in Telegram
     * @param post as lists show it
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

    private record ChannelName(String channel) {}

    /** What search reads in addition to the post's own text. */
    private record Beside(String description, String recognized, boolean hasPage) {}

    /** @param channel title of the channel, otherwise its user name */
    record ChannelCount(UUID channelId, String channel, int count) {}

    record TagCount(String tag, int count) {}

    /** @param month {@code yyyy-MM} in UTC */
    record MonthCount(String month, int count) {}

    /** Channels and tags with the most posts first, months in order. */
    record FacetLists(List<ChannelCount> channels, List<TagCount> tags, List<MonthCount> months) {}

    /**
     * @param correctedQuery the query that was searched, where no post contains what was typed; null for the query itself
     * @param unavailable parts of the search that failed, such as {@code embeddings}; null if none did
     * @param facets null unless wanted
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
        Understood understood = understood(text);
        Set<String> wanted = features.stream().map(PostFeature::code).collect(Collectors.toSet());
        wanted.addAll(understood.has());
        Set<String> tags = new HashSet<>(understood.tags());
        if (tag != null) {
            tags.add(tag);
        }
        PostQuery query = new PostQuery(
                user.tenantId(),
                channels(user, channel, understood.channels()),
                understood.words(),
                understood.phrases(),
                understood.without(),
                asTyped,
                tags,
                wanted,
                latest(from, understood.from()),
                earliest(to, understood.to()),
                PostQuery.Order.valueOf(order.toUpperCase(Locale.ROOT)),
                offset,
                limit);
        SearchResult result = engine.search(query);
        String corrected = corrected(text, result.replaced());
        String next =
                result.hasMore() ? Cursor.of(Instant.EPOCH, offset + limit).encode(scope) : null;
        return new Hits(
                hits(
                        user,
                        corrected == null
                                ? understood.words()
                                : QueryLanguage.read(corrected).words(),
                        result.hits()),
                next,
                corrected,
                result.unavailable().isEmpty() ? null : result.unavailable(),
                facets ? lists(engine.facets(query, MAX_TAGS)) : null);
    }

    /**
     * A post on the same subject as another one.
     *
     * @param sharedTags those of its tags that the other post has too, in any form
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
                .param("limit", MAX_CHANNELS)
                .query(UUID.class)
                .set();
        List<UUID> near = engine.related(tenant, readable, post.id(), limit).stream()
                .map(VectorIndex.SearchHit::postId)
                .toList();
        Set<String> tags = post.tags().stream().map(TagKey::of).collect(Collectors.toSet());
        Map<UUID, RelatedPost> shown = database
                .rows(
                        """
                        SELECT coalesce(nullif(c.title, ''), c.username, '') AS channel, %s
                        FROM posts p JOIN channels c ON c.id = p.channel_id
                        WHERE p.id = ANY (:ids) AND p.tenant_id = :tenant AND NOT p.is_deleted
                        """
                                .formatted(PostRows.COLUMNS))
                .param("ids", near.toArray(UUID[]::new))
                .param("tenant", tenant)
                .query((row, n) -> {
                    Post other = PostRows.POST.mapRow(row, n);
                    List<String> shared = other.tags().stream()
                            .filter(tag -> tags.contains(TagKey.of(tag)))
                            .toList();
                    return new RelatedPost(other, CHANNEL.mapRow(row, n).channel(), shared);
                })
                .list()
                .stream()
                .collect(Collectors.toMap(related -> related.post().id(), related -> related));
        return new Page<>(near.stream().map(shown::get).filter(Objects::nonNull).toList(), null);
    }

    /** @throws org.springframework.web.ErrorResponseException status 400 for an operator that cannot be understood */
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

    private static Instant latest(Instant one, Instant other) {
        return one == null || (other != null && other.isAfter(one)) ? other : one;
    }

    private static Instant earliest(Instant one, Instant other) {
        return one == null || (other != null && other.isBefore(one)) ? other : one;
    }

    /** Null if nothing was replaced. */
    private static String corrected(String text, Map<String, String> replaced) {
        String corrected = text;
        for (Map.Entry<String, String> word : replaced.entrySet()) {
            corrected = corrected.replaceAll(
                    "(?<![^\\s\"“”])" + quoted(word.getKey()) + "(?![^\\s\"“”])",
                    Matcher.quoteReplacement(word.getValue()));
        }
        return corrected.equals(text) ? null : corrected;
    }

    /** As a regular expression; {@code Pattern} is the constraint here. */
    private static String quoted(String text) {
        return java.util.regex.Pattern.quote(text);
    }

    private FacetLists lists(Facets facets) {
        Map<UUID, String> names = database
                .sql(
                        "SELECT id, coalesce(nullif(title, ''), username, '') AS channel FROM channels WHERE id = ANY (:ids)")
                .param("ids", facets.channels().keySet().toArray(UUID[]::new))
                .query((row, n) -> Map.entry(row.getObject(1, UUID.class), row.getString(2)))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return new FacetLists(
                facets.channels().entrySet().stream()
                        .filter(channel -> names.containsKey(channel.getKey()))
                        .map(channel ->
                                new ChannelCount(channel.getKey(), names.get(channel.getKey()), channel.getValue()))
                        .sorted(Comparator.comparingInt(ChannelCount::count)
                                .reversed()
                                .thenComparing(ChannelCount::channel)
                                .thenComparing(ChannelCount::channelId))
                        .limit(MAX_FACET_CHANNELS)
                        .toList(),
                facets.tags().entrySet().stream()
                        .map(tag -> new TagCount(tag.getKey(), tag.getValue()))
                        .toList(),
                facets.months().entrySet().stream()
                        .map(month -> new MonthCount(month.getKey().toString(), month.getValue()))
                        .sorted(Comparator.comparing(MonthCount::month))
                        .toList());
    }

    /** A ranking has no stable sort key, so the cursor holds the number of hits already shown. */
    private static int offset(Cursor cursor) {
        return (int) Math.max(0, Math.min(cursor.number(), Integer.MAX_VALUE - PostQuery.MAX_LIMIT));
    }

    private record Subscription(UUID channelId, String username, String title) {}

    /**
     * @param only the wanted channel; null for all that the user reads
     * @param names user names or titles of the wanted channels; empty for all
     * @throws org.springframework.web.ErrorResponseException status 400 for a name that none of the user's channels has
     */
    private Set<UUID> channels(User user, UUID only, Set<String> names) {
        List<Subscription> subscriptions = database.sql(
                        """
                        SELECT s.channel_id, c.username, c.title FROM user_channel s JOIN channels c ON c.id = s.channel_id
                        WHERE s.user_id = :user AND s.is_active AND s.channel_id = coalesce(CAST(:only AS uuid), s.channel_id)
                        LIMIT :limit
                        """)
                .param("user", user.id())
                .param("only", only)
                .param("limit", MAX_CHANNELS)
                .query(Subscription.class)
                .list();
        Set<UUID> wanted = new HashSet<>();
        for (String name : names) {
            String normalized = NormalizedText.of(name);
            Set<UUID> named = subscriptions.stream()
                    .filter(one -> Stream.of(one.username(), one.title())
                            .anyMatch(
                                    its -> its != null && NormalizedText.of(its).equals(normalized)))
                    .map(Subscription::channelId)
                    .collect(Collectors.toSet());
            if (named.isEmpty()) {
                throw ProblemType.INVALID_PARAMETER.exception(
                        "q",
                        "None of the channels searched has the user name or title \"%s\". Write channel:username or channel:\"The title\"."
                                .formatted(name));
            }
            wanted.addAll(named);
        }
        return names.isEmpty()
                ? subscriptions.stream().map(Subscription::channelId).collect(Collectors.toSet())
                : wanted;
    }

    /**
     * The hits in the same order. The index may be stale, so posts that were deleted meanwhile or that the user may no longer see
     * are left out.
     */
    private List<SearchHit> hits(User user, String query, List<PostHit> found) {
        Map<UUID, PostHit> byId = found.stream().collect(Collectors.toMap(PostHit::postId, hit -> hit));
        Map<UUID, SearchHit> shown = database
                .rows(
                        """
                        SELECT coalesce(nullif(c.title, ''), c.username, '') AS channel,
                               (SELECT e.data ->> 'description' FROM post_enrichment e WHERE e.post_id = p.id AND e.kind = 'vision')
                                   AS description,
                               (SELECT e.data ->> 'text' FROM post_enrichment e WHERE e.post_id = p.id AND e.kind = 'ocr') AS recognized,
                               EXISTS (SELECT FROM post_enrichment e
                                       WHERE e.post_id = p.id AND e.kind = 'crawl' AND e.status <> 'error') AS has_page, %s
                        FROM posts p
                        JOIN user_channel s ON s.channel_id = p.channel_id AND s.user_id = :user AND s.is_active
                        JOIN channels c ON c.id = p.channel_id
                        WHERE p.id = ANY (:ids) AND p.tenant_id = :tenant AND NOT p.is_deleted
                        """
                                .formatted(PostRows.COLUMNS))
                .param("ids", byId.keySet().toArray(UUID[]::new))
                .param("tenant", user.tenantId())
                .param("user", user.id())
                .query((row, n) ->
                        hit(PostRows.POST.mapRow(row, n), CHANNEL.mapRow(row, n), BESIDE.mapRow(row, n), query, byId))
                .list()
                .stream()
                .collect(Collectors.toMap(SearchHit::postId, hit -> hit));
        return found.stream()
                .map(hit -> shown.get(hit.postId()))
                .filter(Objects::nonNull)
                .toList();
    }

    private SearchHit hit(Post post, ChannelName name, Beside beside, String query, Map<UUID, PostHit> byId) {
        PostHit found = byId.get(post.id());
        HybridSearch.Passage passage = engine.snippet(query, unspoiled(post, found.text()));
        return new SearchHit(
                post.id(),
                post.number(),
                found.score(),
                passage.text(),
                place(post, beside, found.text(), passage.at()),
                post.tags(),
                name.channel(),
                post.postedAt(),
                post.telegramPostUrl(),
                post);
    }

    /** The part of the indexed text that contains a position: the post's own text, then the pictures, then the pages. */
    private static String place(Post post, Beside beside, String indexed, int at) {
        if (at == 0 || isIn(indexed, post.content(), at) || isIn(indexed, post.attachmentText(), at)) {
            return "post";
        }
        boolean isPictured = isIn(indexed, beside.description(), at) || isIn(indexed, beside.recognized(), at);
        return isPictured || !beside.hasPage() ? "picture" : "link";
    }

    private static boolean isIn(String indexed, String part, int at) {
        String text = part == null ? "" : asIndexed(part);
        // long parts are cut
        int start = text.isEmpty() ? -1 : indexed.indexOf(text.substring(0, Math.min(text.length(), MIN_PART)));
        return start >= 0 && at >= start && at < start + text.length();
    }

    /** The indexed text starts with the text of the post. If the post was edited after indexing, only the text of the post is used. */
    private static String unspoiled(Post post, String indexed) {
        String shown = PostRows.unspoiled(post.content(), post.entities());
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
