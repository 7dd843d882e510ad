package routes.api;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import routes.search.HybridSearch;
import routes.search.HybridSearch.PostHit;

/** Loads the posts of search hits from the database. */
@Component
final class SearchHitStore {

    /** Characters that indexing removes from a text. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\u200B-\\u200D\\uFEFF]");

    private final ApiDatabase database;
    private final HybridSearch engine;
    private final PostRows rows = new PostRows();

    SearchHitStore(ApiDatabase database, HybridSearch engine) {
        this.database = database;
        this.engine = engine;
    }

    /**
     * The hits in the same order. The index may be stale, so posts that were deleted meanwhile or that the user may no longer see
     * are left out.
     */
    List<SearchHit> of(User user, String query, List<PostHit> found) {
        Map<UUID, SearchHit> known = read(user, query, found);
        return found.stream()
                .map(hit -> known.get(hit.postId()))
                .filter(Objects::nonNull)
                .toList();
    }

    private Map<UUID, SearchHit> read(User user, String query, List<PostHit> found) {
        Map<UUID, PostHit> byId = found.stream().collect(Collectors.toMap(PostHit::postId, hit -> hit));
        return database
                .sql(
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
                .query((row, n) -> hit(rows.post(row, n), row.getString("channel"), query, byId))
                .list()
                .stream()
                .collect(Collectors.toMap(SearchHit::postId, hit -> hit));
    }

    private SearchHit hit(Post post, String channel, String query, Map<UUID, PostHit> byId) {
        PostHit found = byId.get(post.id());
        return new SearchHit(
                post.id(),
                post.number(),
                found.score(),
                engine.snippet(query, unspoiled(post, found.text())),
                post.tags(),
                channel,
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
        return INVISIBLE.matcher(content).replaceAll("").strip();
    }
}
