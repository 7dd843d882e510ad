package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.api.http.Cursor;
import routes.posts.PostFeature;
import routes.search.HybridSearch;
import routes.search.HybridSearch.PostHit;
import routes.search.HybridSearch.PostQuery;
import routes.search.HybridSearch.SearchResult;

/** Searches the posts of the channels that a user reads. The index finds them, the database supplies what is shown. */
@RestController
final class SearchController {

    /** More than anyone reads; limits the size of the search filter. */
    private static final int MAX_CHANNELS = 10_000;

    /** Characters that indexing removes from a text. */
    private static final String INVISIBLE = "[\\u200B-\\u200D\\uFEFF]";

    private static final RowMapper<ChannelName> CHANNEL = ApiDatabase.as(ChannelName.class);

    private final UserStore users;
    private final ApiDatabase database;
    private final HybridSearch engine;

    SearchController(UserStore users, ApiDatabase database, HybridSearch engine) {
        this.users = users;
        this.database = database;
        this.engine = engine;
    }

    /**
     * @param snippet plain text around the best match, with spoilers masked
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
            List<String> tags,
            String channel,
            Instant postedAt,
            String link,
            Post post) {}

    private record ChannelName(String channel) {}

    @GetMapping("/users/{user_id}/search")
    Page<SearchHit> search(
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
            @RequestParam(name = "cursor", required = false) String cursor) {
        PostFilter.requireOrder(from, to);
        User user = users.require(id);
        Set<PostFeature> features = PostFilter.features(has);
        String scope = "search " + Arrays.asList(user.id(), text, channel, tag, features, from, to, order);
        int offset = cursor == null ? 0 : offset(Cursor.decode(cursor, scope));
        SearchResult result = engine.search(new PostQuery(
                user.tenantId(),
                channels(user, channel),
                text,
                tag == null ? Set.of() : Set.of(tag),
                features.stream().map(PostFeature::code).collect(Collectors.toSet()),
                from,
                to,
                PostQuery.Order.valueOf(order.toUpperCase(Locale.ROOT)),
                offset,
                limit));
        String next =
                result.hasMore() ? Cursor.of(Instant.EPOCH, offset + limit).encode(scope) : null;
        return new Page<>(hits(user, text, result.hits()), next);
    }

    /** A ranking has no stable sort key, so the cursor holds the number of hits already shown. */
    private static int offset(Cursor cursor) {
        return (int) Math.max(0, Math.min(cursor.number(), Integer.MAX_VALUE - PostQuery.MAX_LIMIT));
    }

    /** @param only the wanted channel; null for all that the user reads */
    private Set<UUID> channels(User user, UUID only) {
        return database.sql(
                        """
                        SELECT channel_id FROM user_channel
                        WHERE user_id = :user AND is_active AND channel_id = coalesce(CAST(:only AS uuid), channel_id)
                        LIMIT :limit
                        """)
                .param("user", user.id())
                .param("only", only)
                .param("limit", MAX_CHANNELS)
                .query(UUID.class)
                .set();
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
                        SELECT coalesce(nullif(c.title, ''), c.username, '') AS channel, %s
                        FROM posts p
                        JOIN user_channel s ON s.channel_id = p.channel_id AND s.user_id = :user AND s.is_active
                        JOIN channels c ON c.id = p.channel_id
                        WHERE p.id = ANY (:ids) AND p.tenant_id = :tenant AND NOT p.is_deleted
                        """
                                .formatted(PostRows.COLUMNS))
                .param("ids", byId.keySet().toArray(UUID[]::new))
                .param("tenant", user.tenantId())
                .param("user", user.id())
                .query((row, n) -> hit(PostRows.POST.mapRow(row, n), CHANNEL.mapRow(row, n), query, byId))
                .list()
                .stream()
                .collect(Collectors.toMap(SearchHit::postId, hit -> hit));
        return found.stream()
                .map(hit -> shown.get(hit.postId()))
                .filter(Objects::nonNull)
                .toList();
    }

    private SearchHit hit(Post post, ChannelName name, String query, Map<UUID, PostHit> byId) {
        PostHit found = byId.get(post.id());
        return new SearchHit(
                post.id(),
                post.number(),
                found.score(),
                engine.snippet(query, unspoiled(post, found.text())),
                post.tags(),
                name.channel(),
                post.postedAt(),
                post.telegramPostUrl(),
                post);
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
