package routes.tagging;

import java.util.Map;
import java.util.Optional;
import routes.events.PostParsed;
import routes.llm.ModelResult;

/** The result value of a {@link TaggingTask}: proposals by the idempotency keys of the posts. */
public final class TagProposals {
    private TagProposals() {}

    @SuppressWarnings("unchecked") // the type that TaggingTask.read and the local provider return
    public static Optional<TagProposal> of(ModelResult result, PostParsed post) {
        return Optional.ofNullable(((Map<String, TagProposal>) result.value()).get(post.idempotencyKey()));
    }
}
