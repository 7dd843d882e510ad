package routes.tagging;

import java.util.Map;
import java.util.Optional;
import routes.events.PostParsed;
import routes.llm.ModelResult;

/** The value of the result of a {@link TaggingTask}: proposals by the idempotency keys of the posts. */
public final class TagProposals {
    private TagProposals() {}

    @SuppressWarnings("unchecked") // what TaggingTask.read gives, and the local provider
    public static Optional<TagProposal> of(ModelResult result, PostParsed post) {
        return Optional.ofNullable(((Map<String, TagProposal>) result.value()).get(post.idempotencyKey()));
    }
}
