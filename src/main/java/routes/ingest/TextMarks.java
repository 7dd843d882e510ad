package routes.ingest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.psl.DomainType;
import org.apache.hc.client5.http.psl.PublicSuffixMatcher;
import org.apache.hc.client5.http.psl.PublicSuffixMatcherLoader;
import routes.events.TextEntity;

/**
 * Finds links, mentions and hashtags in plain text as Telegram does. An address without a scheme is a link only if it ends in a
 * known top-level domain.
 */
public final class TextMarks {
    private static final String ADDRESS_END = "\\s\\u200b<>\"«»“”„‘’`";
    private static final String SCHEME =
            "(?:[hH][tT]{2}[pP][sS]?://|(?<![\\p{L}\\p{N}.@/])www\\.)[^" + ADDRESS_END + "]+";
    private static final String LABEL = "[\\p{L}\\p{N}](?:[\\p{L}\\p{N}\\p{M}_-]{0,61}[\\p{L}\\p{N}\\p{M}])?";
    private static final String BARE = "(?<![\\p{L}\\p{N}\\p{M}._@/\\\\#$&+=%~-])(?<host>(?:" + LABEL
            + "\\.){1,10}(?<top>[\\p{L}][\\p{L}\\p{M}\\d-]{0,61}[\\p{L}\\p{M}\\d]))(?<port>:\\d{1,5})?"
            + "(?![\\p{L}\\p{N}\\p{M}_@-]|\\.[\\p{L}\\p{N}])(?<path>[/?#][^" + ADDRESS_END + "]*)?";
    private static final Pattern LINK = Pattern.compile(SCHEME + "|" + BARE);
    private static final Pattern WITH_SCHEME = Pattern.compile(SCHEME);
    private static final Pattern NAME =
            Pattern.compile("(?<![\\p{L}\\p{N}_@/.])@[A-Za-z][A-Za-z0-9_]{2,31}(?![\\p{L}\\p{N}_@])"
                    + "|(?<![\\p{L}\\p{N}_#&/])#(?=[\\p{N}_]*\\p{L})[\\p{L}\\p{N}\\p{M}_]{1,256}");
    private static final String PUNCTUATION = ".,;:!?…'*_~|";
    private static final String OPENING = "([{";
    private static final String CLOSING = ")]}";
    /** Top-level domains that occur more often as a file extension or as the end of a time. They are links only with a path. */
    private static final Set<String> FILE_ENDINGS = Set.of("md", "py", "sh", "zip", "mov");

    private static final Pattern TIME = Pattern.compile("\\d{1,2}\\.[aApP][mM]");

    /** A text with more marks is a mere list and would make events too large. */
    private static final int MAX = 500;

    private TextMarks() {}

    private static final class Domains {
        static final PublicSuffixMatcher KNOWN = PublicSuffixMatcherLoader.getDefault();
    }

    /** Returns entities of type url, mention and hashtag, in order of their offsets. */
    public static List<TextEntity> find(String text) {
        var found = new ArrayList<>(links(text, true));
        Matcher names = NAME.matcher(text);
        while (found.size() < 2 * MAX && names.find()) {
            String type = names.group().startsWith("@") ? "mention" : "hashtag";
            if (found.stream()
                    .noneMatch(link -> names.start() < link.offset() + link.length() && names.end() > link.offset())) {
                found.add(TextEntity.of(type, names.start(), names.end() - names.start()));
            }
        }
        found.sort(Comparator.comparingInt(TextEntity::offset));
        return found;
    }

    /**
     * @param bare whether to find addresses without a scheme as well
     */
    static List<TextEntity> links(String text, boolean bare) {
        // most texts contain no address, and the pattern is slow on them
        if (bare ? !hasInnerDot(text) : !text.contains("://") && !text.contains("www.")) {
            return List.of();
        }
        var found = new ArrayList<TextEntity>();
        Matcher link = (bare ? LINK : WITH_SCHEME).matcher(text);
        while (found.size() < MAX && link.find()) {
            if (!bare || link.group("host") == null || isAddress(link)) {
                int length = withoutPunctuation(link.group()).length();
                found.add(TextEntity.of("url", link.start(), length));
            }
        }
        return found;
    }

    private static boolean hasInnerDot(String text) {
        for (int dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', dot + 1)) {
            if (dot > 0 && dot + 1 < text.length() && Character.isLetterOrDigit(text.charAt(dot + 1))) {
                return true;
            }
        }
        return text.contains("://");
    }

    private static boolean isAddress(Matcher link) {
        String top = link.group("top");
        String lower = top.toLowerCase(Locale.ROOT);
        // "конец.Москва": the next sentence starts without a space before it
        boolean sentence =
                Character.isUpperCase(top.charAt(0)) && top.substring(1).equals(lower.substring(1));
        boolean path = link.group("path") != null && link.group("path").length() > 1;
        return !sentence
                && (path || !FILE_ENDINGS.contains(lower))
                && !TIME.matcher(link.group("host")).matches()
                && Domains.KNOWN.getDomainRoot("x." + lower, DomainType.ICANN) != null;
    }

    /** Removes trailing characters that belong to the sentence, such as a closing bracket that was opened before the address. */
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
