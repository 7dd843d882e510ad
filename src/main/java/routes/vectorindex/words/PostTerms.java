package routes.vectorindex.words;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import routes.text.SearchWords;
import routes.text.SearchWords.Forms;
import routes.text.SearchWords.Word;

/**
 * The terms by which a post is found, in text order. Each text is analysed once for all fields.
 *
 * @param stems stems of all words
 * @param bases base forms of all words; those of one word share a position
 * @param words in the spelling of {@link SearchWords}; a joined word is represented by its parts
 * @param vocabulary all distinct words
 * @param roots all distinct roots
 */
public record PostTerms(
        List<Placed> stems, List<Placed> bases, List<String> words, Set<String> vocabulary, Set<String> roots) {

    /**
     * @param step difference to the previous position; 0 for the same position, which does not lengthen the field
     */
    public record Placed(String text, int step) {}

    public static PostTerms of(String text, SearchWords analysis) {
        PostTerms terms = new PostTerms(
                new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new LinkedHashSet<>(), new LinkedHashSet<>());
        int position = -1;
        for (Word word : analysis.of(text)) {
            Forms forms = analysis.forms(word.text());
            int step = word.position() - position;
            position = word.position();
            terms.stems.add(new Placed(forms.stem(), step));
            place(forms.bases(), step, terms.bases);
            terms.vocabulary.add(word.text());
            terms.roots.addAll(forms.roots());
            if (!word.joined()) {
                terms.words.add(word.text());
            }
        }
        return terms;
    }

    /** Returns the first letters of each word. */
    public List<String> prefixes() {
        return words.stream().map(SearchWords::prefix).toList();
    }

    /** Returns stems and base forms of the words of the tags. */
    public static List<Placed> ofTags(List<String> tags, SearchWords analysis) {
        List<Placed> terms = new ArrayList<>();
        for (Word word : analysis.of(String.join(" \n", tags))) {
            place(analysis.keys(word.text()), 1, terms);
        }
        return terms;
    }

    private static void place(Collection<String> texts, int step, List<Placed> terms) {
        int next = step;
        for (String text : texts) {
            terms.add(new Placed(text, next));
            next = 0;
        }
    }
}
