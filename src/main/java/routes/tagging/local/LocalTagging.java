package routes.tagging.local;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Body;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import routes.events.PostParsed;
import routes.llm.ModelResult;
import routes.llm.Providers;
import routes.tagging.TagProposal;
import routes.tagging.TagRules;
import routes.tagging.TaggingTask;

/** The local tagger as a provider, bean {@code localTagging}. */
@Component("localTagging")
public class LocalTagging {
    private final LocalTagger tagger;
    private final CorpusSnapshots snapshots;
    private final int maxTags;

    LocalTagging(LocalTagger tagger, CorpusSnapshots snapshots, @Value("${tagging.max-tags}") int maxTags) {
        this.tagger = tagger;
        this.snapshots = snapshots;
        this.maxTags = maxTags;
    }

    /** No tags if the text contains nothing that could be one, such as only emoji. */
    public ModelResult tag(@Body TaggingTask task) {
        RecordedSnapshot corpus = snapshots.current();
        Map<String, TagProposal> proposals = new LinkedHashMap<>();
        for (PostParsed post : task.posts()) {
            proposals.put(post.idempotencyKey(), propose(post.allText(), corpus));
        }
        return new ModelResult(Providers.LOCAL, null, proposals);
    }

    /** Includes the snapshot id: the same text and snapshot give the same tags. */
    TagProposal propose(String text, RecordedSnapshot corpus) {
        TagRules.Checked checked = tagger.checked(text, corpus.snapshot(), maxTags);
        return new TagProposal(
                checked.accepted(),
                checked.rejected(),
                corpus.id() == null ? Map.of() : Map.of("corpus_snapshot", corpus.id()));
    }
}
