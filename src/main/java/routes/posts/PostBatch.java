package routes.posts;

import java.util.List;
import java.util.UUID;

/**
 * Posts of one channel that are saved together. All members of an album that the source knows are in one batch.
 *
 * @param userId on whose behalf; gets subscribed to the channel
 * @param albumsInferred the source does not mark albums, they were guessed from times and ids
 */
public record PostBatch(UUID tenantId, long userId, Channel channel, List<Post> posts, boolean albumsInferred) {
    public PostBatch {
        posts = List.copyOf(posts);
    }
}
