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

/** The words of questions, sentences and passages as they are compared: by stems and base forms, rare words counting more. */
@Component
final class Terms {
    private static final int SHORTEST_BY_PREFIX = 6;

    /** Words of questions that do not describe the subject, in forms that are compared by stem and base form. */
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
     * A word that carries meaning.
     *
     * @param text as it is compared
     * @param keys what makes two words the same
     * @param weight 0 to 1; rare words count more
     */
    record Term(String text, Set<String> keys, double weight, int start, int end) {
        boolean isIn(Set<String> others) {
            return keys.stream().anyMatch(others::contains);
        }
    }

    /** Texts of one question are compared with each other many times. */
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

    /** Words with meaning in text order, including duplicates; parts of a compound instead of the compound. */
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

    /** Single letters of Cyrillic are particles and initials; digits count. */
    private static boolean isWord(String text) {
        return text.length() > 1 || Character.isDigit(text.charAt(0)) || text.codePointAt(0) > 0x2000;
    }

    /** All words in text order, stop words included. */
    List<Word> all(String text) {
        return words.of(text);
    }

    /** Everything that words of the text can be recognised by, compounds included. */
    Set<String> keys(String text) {
        return keys.get(text, any -> words.of(any).stream()
                .flatMap(word -> keysOf(word.text()).stream())
                .collect(Collectors.toUnmodifiableSet()));
    }

    /** Words that the dictionary does not have are also compared by their beginnings: their stems often differ. */
    Set<String> keysOf(String word) {
        Set<String> keys = words.keys(word);
        if (word.length() >= SHORTEST_BY_PREFIX
                && words.forms(word).lemmas().isEmpty()
                && Morphology.isCyrillic(word)) {
            keys.add("~" + SearchWords.prefix(word));
        }
        return keys;
    }

    /** The subject words of a question, each once; all words with meaning if there are no others. */
    List<Term> subject(String question) {
        List<Term> subject = ownSubject(question);
        return subject.isEmpty() ? once(question) : subject;
    }

    /** The words of a question that say what it is about, each once. */
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

    /** Share of the terms that the keys contain, by weight; 0 without terms. */
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

    /** Share of the words of both texts that are in both (Jaccard). */
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
