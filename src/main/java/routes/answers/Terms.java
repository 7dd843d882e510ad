package routes.answers;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import routes.text.Morphology;
import routes.text.SearchWords;
import routes.text.SearchWords.Word;

/** Words of questions, sentences and passages in comparable form: by stem and base form, with higher weights for rare words. */
@Component
final class Terms {
    private static final int SHORTEST_BY_PREFIX = 6;

    /** Question words that do not describe the subject, in forms that are compared by stem and base form. */
    private static final List<String> OF_QUESTIONS = List.of(
            ("""
                    что кто где когда почему зачем сколько какой какая какие каков каковы чей который откуда куда как чем
                    рассказать расскажи писать пишут писали написать говорить сказать сказано объяснить объясни знать известно
                    такой такое значит означать являться быть есть бывает можно нужно пожалуйста вопрос ответ пост посты канал каналы
                    новость новости про насчёт поводу называться
                    what who whom where when why how which whose whether tell explain write written wrote say said know known does did
                    please question answer post posts channel channels news about mean means meaning is are was were the there any
                    """)
                    .strip()
                    .split("\\s+"));

    /**
     * A word with meaning, that is, not a stop word.
     *
     * @param text the word in comparable form
     * @param keys two words with a common key are equal
     * @param weight 0 to 1; higher for rare words
     */
    record Term(String text, Set<String> keys, double weight, int start, int end) {
        boolean isIn(Set<String> others) {
            return keys.stream().anyMatch(others::contains);
        }
    }

    /** The texts of one question are compared with each other many times. */
    private static final int CACHED_TEXTS = 500;

    private final SearchWords words;
    private final Cache<String, Set<String>> keys =
            Caffeine.newBuilder().maximumSize(CACHED_TEXTS).build();
    private final Cache<String, Set<String>> stems =
            Caffeine.newBuilder().maximumSize(CACHED_TEXTS).build();
    private final Set<String> ofQuestions = new HashSet<>();

    Terms(SearchWords words) {
        this.words = words;
        OF_QUESTIONS.forEach(word -> ofQuestions.addAll(words.keys(word)));
    }

    /** Returns the words with meaning in text order, including duplicates; a compound is replaced by its parts. */
    List<Term> of(String text) {
        List<Term> terms = new ArrayList<>();
        for (Word word : words.of(text)) {
            if (!word.joined() && !words.isStopWord(word.text()) && isWord(word.text())) {
                terms.add(new Term(
                        word.text(),
                        keysOf(word.text()),
                        Character.isDigit(word.text().charAt(0))
                                ? 1
                                : Morphology.get().rarity(word.text()),
                        word.start(),
                        word.end()));
            }
        }
        return terms;
    }

    /** Excludes single Cyrillic letters, which are particles and initials. Digits count as words. */
    private static boolean isWord(String text) {
        return text.length() > 1 || Character.isDigit(text.charAt(0)) || text.codePointAt(0) > 0x2000;
    }

    /** Returns all words in text order, including stop words. */
    List<Word> all(String text) {
        return words.of(text);
    }

    /** Returns all keys of the words in the text, including compounds. */
    Set<String> keys(String text) {
        return keys.get(text, any -> words.of(any).stream()
                .flatMap(word -> keysOf(word.text()).stream())
                .collect(Collectors.toUnmodifiableSet()));
    }

    /** Words that are not in the dictionary are also compared by their beginnings, because their stems often differ. */
    Set<String> keysOf(String word) {
        Set<String> keys = words.keys(word);
        if (word.length() >= SHORTEST_BY_PREFIX
                && words.forms(word).lemmas().isEmpty()
                && Morphology.isCyrillic(word)) {
            keys.add("~" + SearchWords.prefix(word));
        }
        return keys;
    }

    /** Returns the subject words of a question without duplicates; all words with meaning if there are no subject words. */
    List<Term> subject(String question) {
        List<Term> subject = ownSubject(question);
        return subject.isEmpty() ? once(question) : subject;
    }

    /** Returns the words of a question that name its subject, without duplicates. */
    List<Term> ownSubject(String question) {
        return once(question).stream()
                .filter(term -> term.keys().stream().noneMatch(ofQuestions::contains))
                .toList();
    }

    private List<Term> once(String text) {
        Map<String, Term> once = new LinkedHashMap<>();
        of(text).forEach(term -> once.putIfAbsent(term.text(), term));
        return List.copyOf(once.values());
    }

    /** Returns the weighted share of the terms that the keys contain; 0 without terms. */
    static double coverage(Collection<Term> terms, Set<String> keys) {
        double all = terms.stream().mapToDouble(Term::weight).sum();
        return all == 0
                ? 0
                : terms.stream()
                                .filter(term -> term.isIn(keys))
                                .mapToDouble(Term::weight)
                                .sum()
                        / all;
    }

    /** Returns the Jaccard similarity of the words of both texts. */
    double similarity(String one, String other) {
        Set<String> first = stems(one);
        Set<String> second = stems(other);
        if (first.isEmpty() || second.isEmpty()) {
            return 0;
        }
        long both = first.stream().filter(second::contains).count();
        return (double) both / (first.size() + second.size() - both);
    }

    private Set<String> stems(String text) {
        return stems.get(text, any -> of(any).stream()
                .map(term -> words.forms(term.text()).stem())
                .collect(Collectors.toUnmodifiableSet()));
    }
}
