package routes.tagging.local;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Body;
import org.springframework.stereotype.Component;
import routes.events.PostParsed;
import routes.llm.ModelResult;
import routes.llm.Providers;
import routes.tagging.TagProposal;
import routes.tagging.TagRules;
import routes.tagging.TaggingProperties;
import routes.tagging.TaggingTask;

/** The local tagger as a provider, bean {@code localTagging}. */
@Component("localTagging")
public class LocalTagging {
    private final LocalTagger tagger;
    private final TagRules rules;
    private final TaggingProperties properties;

    LocalTagging(LocalTagger tagger, TagRules rules, TaggingProperties properties) {
        this.tagger = tagger;
        this.rules = rules;
        this.properties = properties;
    }

    /** No tags where the text holds nothing that could be one, such as only emoji. */
    public ModelResult tag(@Body TaggingTask task) {
        Map<String, TagProposal> proposals = new LinkedHashMap<>();
        for (PostParsed post : task.posts()) {
            proposals.put(post.idempotencyKey(), propose(post.text()));
        }
        return new ModelResult(Providers.LOCAL, null, proposals);
    }

    private TagProposal propose(String text) {
        int max = properties.maxTags();
        return new TagProposal(rules.check(tagger.tags(text, CorpusSnapshot.EMPTY, max), text, max));
    }
}
