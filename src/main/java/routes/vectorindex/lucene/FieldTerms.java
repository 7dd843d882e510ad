package routes.vectorindex.lucene;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import routes.vectorindex.words.PostTerms;

/** A token stream of terms computed in advance, so that a text is analysed once for all fields. */
final class FieldTerms extends TokenStream {
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final PositionIncrementAttribute increment = addAttribute(PositionIncrementAttribute.class);
    private final List<String> terms = new ArrayList<>();
    private final List<Integer> steps = new ArrayList<>();
    private int next;

    static FieldTerms of(Collection<String> terms) {
        FieldTerms field = new FieldTerms();
        terms.forEach(term -> field.add(term, 1));
        return field;
    }

    static FieldTerms placed(Collection<PostTerms.Placed> terms) {
        FieldTerms field = new FieldTerms();
        terms.forEach(term -> field.add(term.text(), term.step()));
        return field;
    }

    private void add(String text, int step) {
        terms.add(text);
        steps.add(step);
    }

    @Override
    public void reset() {
        next = 0;
    }

    @Override
    public boolean incrementToken() {
        if (next == terms.size()) {
            return false;
        }
        // sets every attribute of this stream, which is faster than clearing all of them first
        term.setEmpty().append(terms.get(next));
        increment.setPositionIncrement(steps.get(next++));
        return true;
    }
}
