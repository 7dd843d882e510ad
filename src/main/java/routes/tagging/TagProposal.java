package routes.tagging;

import java.util.List;
import java.util.Map;

/**
 * Tags proposed for a post, as far as they hold.
 *
 * @param accepted what is left after the check; empty only where the post has nothing that could be a tag
 * @param rejected what did not pass the check
 * @param metadata what else is to be known about how they were made
 */
public record TagProposal(List<String> accepted, List<TagRules.Rejected> rejected, Map<String, Object> metadata) {

    public TagProposal(TagRules.Checked checked) {
        this(checked.accepted(), checked.rejected(), Map.of());
    }
}
