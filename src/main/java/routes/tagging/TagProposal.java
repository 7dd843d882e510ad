package routes.tagging;

import java.util.List;
import java.util.Map;

/**
 * The checked tags proposed for a post.
 *
 * @param accepted tags that passed the check; empty only if the post has nothing that could be a tag
 * @param rejected tags that failed the check
 * @param metadata additional data about how the tags were produced
 */
public record TagProposal(List<String> accepted, List<TagRules.Rejected> rejected, Map<String, Object> metadata) {

    public TagProposal(TagRules.Checked checked) {
        this(checked.accepted(), checked.rejected(), Map.of());
    }
}
