package routes.ingest;

import java.util.LinkedHashSet;
import java.util.List;

/** The links of a post: those that its source marks and those in its text, in order, each once. */
public final class PostUrls {
    /** A post with more links is a mere list of links. The excess is left out. */
    static final int MAX_URLS = 100;

    private PostUrls() {}

    /**
     * @param further links of the post that are not in its text, such as those of buttons
     */
    public static List<String> of(List<TextPart> text, List<String> further) {
        var urls = new LinkedHashSet<String>();
        for (TextPart part : text) {
            if (part.link() != null) {
                UrlNormalizer.normalize(part.link()).ifPresent(urls::add);
            } else {
                // Telegram makes no links in code, but a full address there counts as one
                TextMarks.links(part.text(), part.mark() == null || part.isFormatting()).stream()
                        .map(link -> part.text().substring(link.offset(), link.offset() + link.length()))
                        .forEach(link -> UrlNormalizer.normalize(link).ifPresent(urls::add));
            }
        }
        further.forEach(link -> UrlNormalizer.normalize(link).ifPresent(urls::add));
        return urls.stream().limit(MAX_URLS).toList();
    }
}
