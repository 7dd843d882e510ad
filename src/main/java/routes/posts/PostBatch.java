package routes.posts;

import java.util.List;
import java.util.UUID;

/**
 * Posts of one channel that are saved together. All members of an album that the source contains are in one batch.
 *
 * @param userId on whose behalf; gets subscribed to the channel
 * @param albumsInferred whether the source does not mark albums, and they were inferred from times and ids
 */
public record PostBatch(UUID tenantId, long userId, Channel channel, List<Post> posts, boolean albumsInferred) {
    public PostBatch {
        posts = List.copyOf(posts);
    }
}
