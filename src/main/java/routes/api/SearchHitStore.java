package routes.api;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import routes.search.PostHit;

/** What the database knows of the posts that a search has found. */
@Component
final class SearchHitStore {

    private final ApiDatabase database;

    SearchHitStore(ApiDatabase database) {
        this.database = database;
    }

    /**
     * The hits in the same order. The index may lag behind: posts that have been deleted meanwhile, or that the user may no
     * longer see, are left out.
     */
    List<SearchHit> of(User user, List<PostHit> found) {
        Map<UUID, SearchHit> known = read(user, found);
        return found.stream()
                .map(hit -> known.get(hit.postId()))
                .filter(Objects::nonNull)
                .toList();
    }

    private Map<UUID, SearchHit> read(User user, List<PostHit> found) {
        Map<UUID, PostHit> byId = found.stream().collect(Collectors.toMap(PostHit::postId, hit -> hit));
        return database
                .sql(
                        """
                        SELECT p.id, p.number, p.posted_at, p.telegram_post_url,
                               coalesce(nullif(c.title, ''), c.username, '') AS channel, %s
                        FROM posts p
                        JOIN user_channel s ON s.channel_id = p.channel_id AND s.user_id = :user AND s.is_active
                        JOIN channels c ON c.id = p.channel_id
                        WHERE p.id = ANY (:ids) AND p.tenant_id = :tenant AND NOT p.is_deleted
                        """
                                .formatted(PostRows.TAGS))
                .param("ids", byId.keySet().toArray(UUID[]::new))
                .param("tenant", user.tenantId())
                .param("user", user.id())
                .query((row, n) -> hit(row, byId))
                .list()
                .stream()
                .collect(Collectors.toMap(SearchHit::postId, hit -> hit));
    }

    private static SearchHit hit(ResultSet row, Map<UUID, PostHit> byId) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        return new SearchHit(
                id,
                row.getLong("number"),
                byId.get(id).score(),
                byId.get(id).snippet(),
                PostRows.strings(row, "tags"),
                row.getString("channel"),
                ApiDatabase.instant(row, "posted_at"),
                row.getString("telegram_post_url"));
    }
}
