package routes.tagging;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import routes.events.PostParsed;
import routes.llm.ModelFailureException;
import routes.llm.ModelResult;
import routes.llm.ModelTask;

/**
 * Requests tags for one or more posts. The result value maps the idempotency keys of the posts to {@link TagRules.Checked} tags.
 * The tags are empty only if nothing in the post could be a tag. For several posts, posts without a usable answer are omitted.
 */
public final class TaggingTask implements ModelTask {
    /** Three Russian words and the surrounding JSON. */
    private static final int TOKENS_PER_TAG = 40;

    private static final int TOKENS_PER_POST = 50;

    private final List<PostParsed> posts;
    private final List<String> texts;
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
        this.texts = posts.stream().map(PostParsed::allText).toList();
        this.prompts = prompts;
        this.rules = rules;
        this.maxTags = maxTags;
        this.onRejected = onRejected;
    }

    public List<PostParsed> posts() {
        return posts;
    }

    @Override
    public String instruction() {
        return prompts.instruction(texts, maxTags);
    }

    @Override
    public String material() {
        return prompts.material(texts);
    }

    @Override
    public int maxTokens() {
        return (TOKENS_PER_POST + TOKENS_PER_TAG * maxTags) * posts.size();
    }

    @Override
    public Map<String, TagRules.Checked> read(String content) {
        List<List<String>> answers = TagAnswers.read(content, posts.size());
        Map<String, TagRules.Checked> tags = new LinkedHashMap<>();
        StringBuilder problems = new StringBuilder();
        for (int i = 0; i < posts.size(); i++) {
            TagRules.Checked checked = rules.check(answers.get(i), texts.get(i), maxTags);
            checked.rejected().forEach(onRejected);
            if (checked.accepted().isEmpty()) {
                problems.append(posts.size() == 1 ? "" : "post " + (i + 1) + ": ")
                        .append(problem(checked.rejected()))
                        .append(' ');
            } else {
                tags.put(posts.get(i).idempotencyKey(), checked);
            }
        }
        if (tags.isEmpty()) {
            throw ModelFailureException.unusable(problems.toString());
        }
        return tags;
    }

    private static String problem(List<TagRules.Rejected> rejected) {
        return rejected.isEmpty()
                ? "the answer contains no tags"
                : "none of " + rejected.size() + " tags is valid: " + rejected;
    }

    /** Returns the tags of a post in the result of a task; empty if there is no usable answer for it. */
    @SuppressWarnings("unchecked") // read() and the local provider return this type
    public static Optional<TagRules.Checked> tags(ModelResult result, PostParsed post) {
        return Optional.ofNullable(((Map<String, TagRules.Checked>) result.value()).get(post.idempotencyKey()));
    }
}
