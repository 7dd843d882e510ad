package routes.replay;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import routes.crawltrigger.LinkRequests;
import routes.posts.TaggingRequests;
import routes.reconcile.PostsAgain;
import routes.replay.OperatorAudit.Done;

/** Sends one post through a stage again, with an event created from the stored post. */
@Component
public record PostReplay(
        OperatorAudit audit, TaggingRequests tagging, LinkRequests links, ObjectProvider<PostsAgain> again) {
    private static final String TAGGING = "tagging";
    private static final String CRAWL = "crawl";

    /**
     * Publishes the event that a stage reads, for one post.
     *
     * @param stage tagging, crawl, or one of {@link PostsAgain#stages}
     * @return description of what was queued, as a sentence
     */
    public String replay(Operator who, UUID post, String stage) {
        return audit.record(who, "replayPost", Map.of("post", post.toString(), "stage", stage), () -> {
            String done =
                    switch (stage) {
                        case TAGGING ->
                            "tagging is requested, request "
                                    + tagging.regenerate(post).orElseThrow(() -> noSuch(post));
                        case CRAWL -> crawl(post);
                        default -> published(post, stage);
                    };
            return new Done<>(done, 1, done);
        });
    }

    private String crawl(UUID post) {
        LinkRequests.Request request = links.fetchAgain(post).orElseThrow(() -> noSuch(post));
        if (request.refusal() != null) {
            throw RefusedException.conflict("stage", request.refusal().text());
        }
        return "the links are requested, request " + request.id();
    }

    private String published(UUID post, String stage) {
        PostsAgain events = again.getIfAvailable();
        if (events == null) {
            throw RefusedException.noPipeline();
        }
        if (!events.stages().contains(stage)) {
            throw RefusedException.invalid(
                    "stage",
                    "'" + stage + "' is unknown; the stages are tagging, crawl, " + String.join(", ", events.stages()));
        }
        List<String> streams = events.publish(post, stage);
        if (streams.isEmpty()) {
            throw RefusedException.conflict(
                    "stage",
                    "The post " + post + " has no stored data that " + stage + " can process, or does not exist");
        }
        return "published again to " + String.join(", ", streams);
    }

    private static RefusedException noSuch(UUID post) {
        return RefusedException.unknown("post_id", "There is no post " + post);
    }
}
