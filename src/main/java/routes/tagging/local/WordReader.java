package routes.tagging.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import routes.text.NormalizedText;
import routes.text.TextAnalysis;
import routes.text.Token;

/** Reads a post into those words that can be part of a tag. */
final class WordReader {
    private static final Pattern SENTENCE_END = Pattern.compile("[.!?…\\n]");
    private static final Pattern BLANK = Pattern.compile("[ \\u00a0\\t]+");
    private static final Pattern LATIN = Pattern.compile(".*\\p{IsLatin}.*");

    private static final Pattern SURNAME = Pattern.compile("\\P{IsCyrillic}+");

    /** Of whom something is said next, or what turns the next word into a verb. */
    private static final Set<String> BEFORE_VERB = Set.of(
            "i", "we", "you", "they", "he", "she", "who", "will", "would", "can", "could", "should", "must", "not",
            "don't", "doesn't", "didn't", "won't", "can't", "isn't");

    /** What stands before a noun: what stands before one of these is seldom a noun. */
    private static final Set<String> BEFORE_NOUN = Set.of(
            "a", "an", "the", "my", "your", "our", "his", "her", "its", "their", "it", "them", "us", "me", "him");

    private final TextAnalysis analysis;

    WordReader(TextAnalysis analysis) {
        this.analysis = analysis;
    }

    List<Word> read(String text) {
        List<List<Token>> units = units(text);
        List<Word> words = new ArrayList<>();
        int sentence = 0;
        int lastEnd = 0;
        boolean lastKept = false;
        boolean sentenceStart = true;
        boolean shouting = false;
        for (int i = 0; i < units.size(); i++) {
            List<Token> unit = units.get(i);
            int start = unit.get(0).start();
            int end = end(unit);
            String between = text.substring(lastEnd, start);
            if (SENTENCE_END.matcher(between).find()) {
                sentence++;
                sentenceStart = true;
            }
            if (sentenceStart) {
                shouting = isShouting(sentence(text, start));
            }
            boolean kept = isCandidate(unit);
            if (kept) {
                String surface = text.substring(start, end);
                boolean latin = LATIN.matcher(surface).matches();
                boolean capital = Character.isUpperCase(surface.codePointAt(0)) && !sentenceStart
                        || surface.chars().skip(1).anyMatch(Character::isUpperCase);
                boolean name = capital && !shouting;
                WordClass wordClass = wordClass(surface, name);
                if (wordClass == WordClass.NOUN && !name && isVerbByPlace(text, units, i)) {
                    wordClass = WordClass.OTHER;
                }
                words.add(new Word(
                        start,
                        end,
                        String.join(" ", unit.stream().map(Token::stem).toList()),
                        wordClass,
                        sentence,
                        name,
                        latin,
                        lastKept && BLANK.matcher(between).matches()));
                lastKept = true;
            } else {
                lastKept = false;
            }
            sentenceStart = false;
            lastEnd = end;
        }
        return words;
    }

    /** A capital makes a noun of what looks like an adjective. */
    private static WordClass wordClass(String surface, boolean name) {
        String word = NormalizedText.of(surface);
        WordClass byForm = WordClass.of(word);
        return name && byForm == WordClass.ADJECTIVE && SURNAME.matcher(word).matches() ? WordClass.NOUN : byForm;
    }

    /** "we <i>punch</i>", "<i>draw</i> the line": many English words are nouns or verbs by their place. */
    private static boolean isVerbByPlace(String text, List<List<Token>> units, int i) {
        List<Token> unit = units.get(i);
        return i > 0
                        && areNeighbours(text, units.get(i - 1), unit)
                        && BEFORE_VERB.contains(surface(text, units.get(i - 1)))
                || i + 1 < units.size()
                        && areNeighbours(text, unit, units.get(i + 1))
                        && BEFORE_NOUN.contains(surface(text, units.get(i + 1)));
    }

    private static boolean areNeighbours(String text, List<Token> one, List<Token> next) {
        return BLANK.matcher(text.substring(end(one), next.get(0).start())).matches();
    }

    private static String surface(String text, List<Token> unit) {
        return NormalizedText.of(text.substring(unit.get(0).start(), end(unit)).replace('’', '\''));
    }

    private static int end(List<Token> unit) {
        return unit.get(unit.size() - 1).end();
    }

    /** Neither "из-за" nor "@name" nor a link. */
    private static boolean isCandidate(List<Token> unit) {
        return !unit.get(0).stopWord()
                && !unit.get(unit.size() - 1).stopWord()
                && unit.stream()
                        .allMatch(token -> token.kind() == Token.Kind.WORD || token.kind() == Token.Kind.NUMBER);
    }

    /** Tokens that are written together: joined by a hyphen or underscore. */
    private List<List<Token>> units(String text) {
        List<List<Token>> units = new ArrayList<>();
        int lastEnd = -1;
        for (Token token : analysis.tokens(text)) {
            boolean joined = lastEnd >= 0
                    && token.start() == lastEnd + 1
                    && (text.charAt(lastEnd) == '-' || text.charAt(lastEnd) == '_' || text.charAt(lastEnd) == '‑');
            if (joined) {
                units.get(units.size() - 1).add(token);
            } else {
                units.add(new ArrayList<>(List.of(token)));
            }
            lastEnd = token.end();
        }
        return units;
    }

    /** Capitals say nothing in a sentence that is mostly capitals. A name alone is none. */
    private static boolean isShouting(String sentence) {
        long letters = sentence.chars().filter(Character::isLetter).count();
        return 2 * sentence.chars().filter(Character::isUpperCase).count() > letters
                && BLANK.splitAsStream(sentence.strip()).count() > 2;
    }

    /** From its first word to its end. */
    private static String sentence(String text, int start) {
        Matcher end = SENTENCE_END.matcher(text);
        return text.substring(start, end.find(start) ? end.start() : text.length());
    }
}
