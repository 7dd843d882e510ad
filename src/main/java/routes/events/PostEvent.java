package routes.events;

import java.util.List;
import java.util.UUID;

/** An event about one post. */
public sealed interface PostEvent extends Event
        permits Triggered, VisionUploaded, VisionAnalyzed, PostCrawl, PostIndexed, PostDeleted {

    UUID postId();

    @Override
    default List<UUID> posts() {
        return List.of(postId());
    }
}
