package routes.retagging;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import routes.events.PostParsed;
import routes.events.VisionAnalyzed;
import routes.tagging.TaggingPass;

/** The posts of a batch of analysed events while providers tag them. */
public final class RetaggingPass extends TaggingPass {
    private final List<VisionAnalyzed> events;
    private final Map<UUID, RetaggingStore.Stored> stored;
    private final Instant started;

    RetaggingPass(
            List<PostParsed> posts,
            List<VisionAnalyzed> events,
            Map<UUID, RetaggingStore.Stored> stored,
            Instant started) {
        super(posts);
        this.events = List.copyOf(events);
        this.stored = stored;
        this.started = started;
    }

    VisionAnalyzed event(int index) {
        return events.get(index);
    }

    RetaggingStore.Stored stored(int index) {
        return stored.get(events.get(index).postId());
    }

    Instant started() {
        return started;
    }
}
