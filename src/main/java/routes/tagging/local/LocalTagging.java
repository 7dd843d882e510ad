package routes.tagging.local;

import org.apache.camel.Body;
import org.springframework.stereotype.Component;
import routes.events.PostParsed;
import routes.tagging.ProviderAnswer;
import routes.tagging.TaggingProperties;

/** The local tagger as routes use it. */
@Component("localTagging")
public class LocalTagging {
    private static final String PROVIDER = "local";

    private final LocalTagger tagger;
    private final TaggingProperties properties;

    LocalTagging(LocalTagger tagger, TaggingProperties properties) {
        this.tagger = tagger;
        this.properties = properties;
    }

    /** No tags where the text holds nothing that could be one, such as only emoji. */
    public ProviderAnswer propose(@Body PostParsed post) {
        return new ProviderAnswer(PROVIDER, null, tagger.tags(post.text(), CorpusSnapshot.EMPTY, properties.maxTags()));
    }
}
