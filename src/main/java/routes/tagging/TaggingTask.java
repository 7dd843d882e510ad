package routes.tagging;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import routes.events.PostParsed;
import routes.llm.ModelTask;
import routes.llm.UnusableAnswerException;

/**
 * Requests tags for one or more posts. The result value maps the idempotency keys of the posts to {@link TagProposal}s. With
 * several posts, it omits those without a usable answer.
 */
public final class TaggingTask implements ModelTask {
    /** Three Russian words and the JSON around them. */
    private static final int TOKENS_PER_TAG = 40;

    private static final int TOKENS_PER_POST = 50;

    private final List<PostParsed> posts;
    private final TaggingPrompts prompts;
    private final TagRules rules;
    private final int maxTags;
    private final Consumer<TagRules.Rejected> onRejected;

    TaggingTask(
            List<PostParsed> posts,
            TaggingPrompts prompts,
            TagRules rules,
            int maxTags,
            Consumer<TagRules.Rejected> onRejected) {
        this.posts = List.copyOf(posts);
        this.prompts = prompts;
        this.rules = rules;
        this.maxTags = maxTags;
        this.onRejected = onRejected;
    }

    /** The posts to tag. */
    public List<PostParsed> posts() {
        return posts;
    }

    @Override
    public String instruction() {
        return prompts.instruction(texts(), maxTags);
    }

    @Override
    public String material() {
        return prompts.material(texts());
    }

    private List<String> texts() {
        return posts.stream().map(PostParsed::allText).toList();
    }

    @Override
    public int maxTokens() {
        return (TOKENS_PER_POST + TOKENS_PER_TAG * maxTags) * posts.size();
    }

    @Override
    public Map<String, TagProposal> read(String content) {
        List<List<String>> answers = TagAnswers.read(content, posts.size());
        Map<String, TagProposal> proposals = new LinkedHashMap<>();
        StringBuilder problems = new StringBuilder();
        for (int i = 0; i < posts.size(); i++) {
            TagRules.Checked checked = rules.check(answers.get(i), posts.get(i).allText(), maxTags);
            checked.rejected().forEach(onRejected);
            if (checked.accepted().isEmpty()) {
                problems.append(problem(i, checked));
            } else {
                proposals.put(posts.get(i).idempotencyKey(), new TagProposal(checked));
            }
        }
        if (proposals.isEmpty()) {
            throw new UnusableAnswerException(problems.toString());
        }
        return proposals;
    }

    private String problem(int index, TagRules.Checked checked) {
        String which = posts.size() == 1 ? "" : "post " + (index + 1) + ": ";
        return which
                + (checked.rejected().isEmpty()
                        ? "no tags in the answer "
                        : "none of " + checked.rejected().size() + " tags is acceptable: " + checked.rejected() + " ");
    }
}
