package routes.events;

import java.util.UUID;

/** An event about one post. */
public sealed interface PostEvent extends Event
        permits PostParsed,
                VisionUploaded,
                VisionAnalyzed,
                PostTagged,
                PostCrawl,
                PostEnriched,
                PostIndexed,
                PostDeleted {

    UUID postId();
}
