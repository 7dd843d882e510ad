package routes.tagging.local;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import routes.events.PostParsed;
import routes.llm.ModelResult;
import routes.llm.Providers;
import routes.tagging.TagRules;
import routes.tagging.TaggingTask;
import routes.text.TextAnalysis;

/** The local tagger as a provider; bean {@code localTagging}. */
@Component("localTagging")
public class LocalTagging {
    private final LocalTagger tagger;
    private final CorpusSnapshots snapshots;
    private final int maxTags;

    LocalTagging(TextAnalysis analysis, CorpusSnapshots snapshots, @Value("${tagging.max-tags}") int maxTags) {
        this.tagger = new LocalTagger(analysis);
        this.snapshots = snapshots;
        this.maxTags = maxTags;
    }

    /** Returns no tags if nothing in the text could be one, such as a text of only emoji. */
    public ModelResult tag(@Body TaggingTask task) {
        return tags(task.posts());
    }

    /** The metadata include the id of the snapshot: the same text and snapshot give the same tags. */
    ModelResult tags(List<PostParsed> posts) {
        CorpusSnapshot corpus = snapshots.current();
        Map<String, TagRules.Checked> tags = new LinkedHashMap<>();
        posts.forEach(post -> tags.put(post.idempotencyKey(), tagger.checked(post.allText(), corpus, maxTags)));
        Map<String, Object> metadata = corpus.id() == null ? Map.of() : Map.of("corpus_snapshot", corpus.id());
        return new ModelResult(Providers.LOCAL, null, tags, metadata);
    }
}
