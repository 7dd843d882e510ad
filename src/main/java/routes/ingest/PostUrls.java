package routes.ingest;

import java.util.LinkedHashSet;
import java.util.List;

/** The links of a post: those that its source marked and those that stand in its text, in their order, each once. */
public final class PostUrls {
    /** More are no post but a list of links; they are left out. */
    static final int MAX_URLS = 100;

    private PostUrls() {}

    /**
     * @param further links that belong to the post but not to its text, such as those of buttons
     */
    public static List<String> of(List<TextPart> text, List<String> further) {
        var urls = new LinkedHashSet<String>();
        for (TextPart part : text) {
            if (part.link() != null) {
                UrlNormalizer.normalize(part.link()).ifPresent(urls::add);
            } else {
                // Telegram makes no links in code, but a whole address there is one
                TextMarks.links(part.text(), part.mark() == null || part.isFormatting()).stream()
                        .map(link -> part.text().substring(link.offset(), link.offset() + link.length()))
                        .forEach(link -> UrlNormalizer.normalize(link).ifPresent(urls::add));
            }
        }
        further.forEach(link -> UrlNormalizer.normalize(link).ifPresent(urls::add));
        return urls.stream().limit(MAX_URLS).toList();
    }
}
