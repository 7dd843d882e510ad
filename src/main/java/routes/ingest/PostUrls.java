package routes.ingest;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The links of a post: those that its source marked and those that stand in its text, in their order, each once. */
public final class PostUrls {
    /** More are no post but a list of links; they are left out. */
    static final int MAX_URLS = 100;

    private static final Pattern IN_TEXT =
            Pattern.compile("(?:[hH][tT]{2}[pP][sS]?://|(?<![\\p{L}\\p{N}.@/])www\\.)[^\\s\\u200b<>\"«»“”„‘’`]+");
    private static final String PUNCTUATION = ".,;:!?…'*_~|";
    private static final String OPENING = "([{";
    private static final String CLOSING = ")]}";

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
                addFrom(part.text(), urls);
            }
        }
        further.forEach(link -> UrlNormalizer.normalize(link).ifPresent(urls::add));
        return urls.stream().limit(MAX_URLS).toList();
    }

    private static void addFrom(String text, Set<String> urls) {
        // most texts have none, and the pattern is slow in telling so
        if (!text.contains("://") && !text.contains("www.")) {
            return;
        }
        Matcher found = IN_TEXT.matcher(text);
        while (found.find()) {
            UrlNormalizer.normalize(withoutPunctuation(found.group())).ifPresent(urls::add);
        }
    }

    /** Of the characters behind an address, those that belong to the sentence: also a bracket that was opened before it. */
    private static String withoutPunctuation(String url) {
        int end = url.length();
        while (end > 0) {
            char last = url.charAt(end - 1);
            int bracket = CLOSING.indexOf(last);
            boolean sentence = bracket < 0
                    ? PUNCTUATION.indexOf(last) >= 0
                    : count(url, last, end) > count(url, OPENING.charAt(bracket), end);
            if (!sentence) {
                break;
            }
            end--;
        }
        return url.substring(0, end);
    }

    private static long count(String text, char character, int end) {
        return text.chars().limit(end).filter(c -> c == character).count();
    }
}
