package routes.tagging.local;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import routes.text.Language;
import routes.text.NormalizedText;
import routes.text.TextAnalysis;
import routes.text.Token;

/** Reads a post into those words that can be part of a tag. */
final class WordReader {
    private static final Pattern SENTENCE_END = Pattern.compile("[.!?…\\n]");
    private static final Pattern BLANK = Pattern.compile("[ \\u00a0\\t]+");
    private static final Pattern LATIN = Pattern.compile(".*\\p{IsLatin}.*");

    private static final Pattern SURNAME = Pattern.compile(".*[сц]кий|\\P{IsCyrillic}+");

    private final TextAnalysis analysis;

    WordReader(TextAnalysis analysis) {
        this.analysis = analysis;
    }

    List<Word> read(String text) {
        boolean russian = Language.of(text) == Language.RU;
        List<List<Token>> units = units(text);
        boolean shouting = isShouting(text);
        List<Word> words = new ArrayList<>();
        int sentence = 0;
        int lastEnd = 0;
        boolean lastKept = false;
        boolean sentenceStart = true;
        for (List<Token> unit : units) {
            int start = unit.get(0).start();
            int end = unit.get(unit.size() - 1).end();
            String between = text.substring(lastEnd, start);
            if (SENTENCE_END.matcher(between).find()) {
                sentence++;
                sentenceStart = true;
            }
            boolean kept = isCandidate(unit);
            if (kept) {
                boolean hashtag = unit.get(0).kind() == Token.Kind.HASHTAG;
                String surface = text.substring(start, end);
                boolean latin = LATIN.matcher(surface).matches();
                boolean capital = Character.isUpperCase(surface.codePointAt(0)) && !sentenceStart
                        || surface.chars().skip(1).anyMatch(Character::isUpperCase);
                boolean name = !shouting && capital || latin && russian;
                words.add(new Word(
                        start,
                        end,
                        String.join(" ", unit.stream().map(Token::stem).toList()),
                        hashtag ? WordClass.NOUN : wordClass(surface, name && capital),
                        sentence,
                        name,
                        latin,
                        hashtag,
                        lastKept && !hashtag && BLANK.matcher(between).matches()));
                lastKept = !hashtag;
            } else {
                lastKept = false;
            }
            sentenceStart = false;
            lastEnd = end;
        }
        return words;
    }

    /** A capital makes a noun of what looks like an adjective only where surnames do: "Маяковский", not "Троицкой". */
    private static WordClass wordClass(String surface, boolean name) {
        String word = NormalizedText.of(surface);
        WordClass byForm = WordClass.of(word);
        return name && byForm == WordClass.ADJECTIVE && SURNAME.matcher(word).matches() ? WordClass.NOUN : byForm;
    }

    /** Neither "из-за" nor "@name" nor a link. */
    private static boolean isCandidate(List<Token> unit) {
        return !unit.get(0).stopWord()
                && !unit.get(unit.size() - 1).stopWord()
                && unit.stream()
                        .allMatch(token -> token.kind() == Token.Kind.WORD
                                || token.kind() == Token.Kind.NUMBER
                                || token.kind() == Token.Kind.HASHTAG);
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

    /** Capitals say nothing in a text that is all capitals. */
    private static boolean isShouting(String text) {
        long letters = text.chars().filter(Character::isLetter).count();
        return 2 * text.chars().filter(Character::isUpperCase).count() > letters;
    }
}
