package routes.article;

import java.util.regex.Pattern;
import org.jsoup.nodes.Element;

final class Words {
    static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

    private Words() {}

    static int in(String text) {
        return (int) WORD.matcher(text).results().count();
    }

    /** Returns the number of words in the links of an element. */
    static int inLinks(Element element) {
        return element.select("a").stream().mapToInt(link -> in(link.text())).sum();
    }
}
