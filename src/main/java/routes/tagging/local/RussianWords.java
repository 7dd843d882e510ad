package routes.tagging.local;

import java.time.DayOfWeek;
import java.time.Month;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.text.Morphology;
import routes.text.Morphology.PartOfSpeech;
import routes.text.Morphology.Reading;
import routes.text.NormalizedText;
import routes.text.TextAnalysis;
import routes.text.Token;

/** Reads a Russian post into words, and chooses for each the likeliest of its readings by frequency, writing and neighbours. */
final class RussianWords {
    private static final Pattern BLANK = Pattern.compile("[ \\u00a0\\t]+");
    private static final String SENTENCE_END = ".!?…\n";
    /** An adjective of this frequency class goes with everything ("новый", "большой"). */
    private static final int EMPTY_ADJECTIVE = 17;

    /** Days and months: they date a post and name nothing. */
    private static final Set<String> CALENDAR = Stream.concat(
                    Arrays.stream(DayOfWeek.values())
                            .map(day -> day.getDisplayName(TextStyle.FULL_STANDALONE, russian())),
                    Arrays.stream(Month.values())
                            .map(month -> month.getDisplayName(TextStyle.FULL_STANDALONE, russian())))
            .map(NormalizedText::of)
            .collect(Collectors.toUnmodifiableSet());

    /** What a word can be in a tag. */
    enum Kind {
        NOUN,
        /** First name, patronymic or surname. */
        PERSON,
        ABBREVIATION,
        /** Of Latin letters, or not in the dictionary. */
        FOREIGN,
        ADJECTIVE,
        NUMBER,
        /** Never a part of a tag. */
        OTHER;

        boolean isNominal() {
            return this == NOUN || this == PERSON || this == ABBREVIATION || this == FOREIGN;
        }
    }

    /**
     * A word of a post: what a reader sees as one, so "GPT-4" is one.
     *
     * @param start offset in the text, in UTF-16 units
     * @param end offset after it
     * @param stems of its parts, as the corpus snapshot knows them
     * @param place number of the word, 0-based
     * @param sentence 0-based; the first line is sentence 0
     * @param name whether its writing marks it as a name: a capital inside a sentence, or several capitals
     * @param joins whether only a blank separates it from the word before
     * @param reading null where no dictionary knows the word
     * @param lemma of the reading, or the stem
     */
    record RussianWord(
            int start,
            int end,
            List<String> stems,
            int place,
            int sentence,
            boolean name,
            boolean latin,
            boolean joins,
            Kind kind,
            Reading reading,
            String lemma) {

        /** Class of the lemma, -1 for an unknown one. */
        int frequency() {
            return reading == null ? -1 : reading.frequency();
        }
    }

    /** A word before its reading is chosen. */
    private record Raw(
            int start,
            int end,
            String text,
            List<Token> tokens,
            int sentence,
            boolean first,
            boolean shouting,
            boolean joins,
            boolean latin,
            List<Reading> readings) {

        boolean name() {
            return !shouting
                    && (Character.isUpperCase(text.codePointAt(0)) && !first
                            || text.chars().skip(1).anyMatch(Character::isUpperCase));
        }

        boolean allCapitals() {
            return text.length() > 1 && text.equals(text.toUpperCase(Locale.ROOT));
        }

        boolean isNumber() {
            return text.codePoints().noneMatch(Character::isLetter);
        }
    }

    private final TextAnalysis analysis;

    RussianWords(TextAnalysis analysis) {
        this.analysis = analysis;
    }

    private static Locale russian() {
        return Locale.forLanguageTag("ru");
    }

    List<RussianWord> read(String text) {
        List<Raw> raw = raw(text);
        List<RussianWord> words = new ArrayList<>(raw.size());
        for (int i = 0; i < raw.size(); i++) {
            Raw word = raw.get(i);
            Raw next = i + 1 < raw.size() && raw.get(i + 1).joins() ? raw.get(i + 1) : null;
            Reading reading = likeliest(word, next);
            List<String> stems = word.tokens().stream().map(Token::stem).toList();
            words.add(new RussianWord(
                    word.start(),
                    word.end(),
                    stems,
                    i,
                    word.sentence(),
                    word.name(),
                    word.latin(),
                    word.joins(),
                    kind(word, reading),
                    reading,
                    reading == null ? String.join("-", stems) : reading.lemma()));
        }
        return words;
    }

    private List<Raw> raw(String text) {
        List<Raw> words = new ArrayList<>();
        int sentence = 0;
        int lastEnd = 0;
        boolean first = true;
        boolean shouting = false;
        boolean lastUsable = false;
        for (List<Token> unit : units(text)) {
            int start = unit.get(0).start();
            int end = unit.get(unit.size() - 1).end();
            if (endOfSentence(text, lastEnd, start) < start) {
                sentence += words.isEmpty() ? 0 : 1;
                first = true;
            }
            if (first) {
                shouting = isShouting(text.substring(start, endOfSentence(text, start, text.length())));
            }
            boolean usable = unit.stream()
                    .allMatch(token -> token.kind() == Token.Kind.WORD || token.kind() == Token.Kind.NUMBER);
            if (usable) {
                String surface = text.substring(start, end);
                boolean joins =
                        lastUsable && BLANK.matcher(text).region(lastEnd, start).matches();
                words.add(new Raw(
                        start,
                        end,
                        surface,
                        unit,
                        sentence,
                        first,
                        shouting,
                        joins,
                        !Morphology.isCyrillic(surface),
                        Morphology.get().readings(surface)));
                first = false;
            }
            lastUsable = usable;
            lastEnd = end;
        }
        return words;
    }

    private static Reading likeliest(Raw word, Raw next) {
        Reading best = null;
        double bestScore = Double.NEGATIVE_INFINITY;
        for (Reading reading : word.readings()) {
            double score = Math.max(0, reading.frequency()) + bonus(word, next, reading);
            if (score > bestScore) {
                best = reading;
                bestScore = score;
            }
        }
        return best;
    }

    private static double bonus(Raw word, Raw next, Reading reading) {
        return switch (reading.part()) {
            case FUNCTION, DETERMINER, SUBJECT -> 6;
            case ABBREVIATION -> !word.allCapitals() ? -8 : word.shouting() ? 0 : 5;
            case FIRST_NAME, PATRONYMIC, SURNAME -> word.name() ? 4 : word.first() ? 0 : -6;
            case NOUN, NAME -> word.name() ? 2 : 0;
            case ADJECTIVE, PARTICIPLE, NUMERAL ->
                next != null && next.readings().stream().anyMatch(noun -> isNoun(noun) && reading.agrees(noun))
                        ? word.name() && !next.name() ? 5 : 3 // rather than a surname
                        : -2;
            case VERB, ADVERB -> 0;
        };
    }

    private static boolean isNoun(Reading reading) {
        return reading.part() == PartOfSpeech.NOUN || reading.part().isPersonal();
    }

    private static Kind kind(Raw word, Reading reading) {
        if (word.isNumber()) {
            return Kind.NUMBER;
        }
        boolean stopWord = word.tokens().get(0).stopWord()
                && word.tokens().get(word.tokens().size() - 1).stopWord();
        if (stopWord
                || word.text().length() < 2
                || Character.isDigit(word.text().charAt(0))) {
            return Kind.OTHER; // "из-за", "67-й"
        }
        if (reading == null || word.latin() && word.name()) {
            return Kind.FOREIGN;
        }
        if (word.latin()) {
            return reading.part() == PartOfSpeech.NOUN || reading.part() == PartOfSpeech.NAME
                    ? Kind.FOREIGN
                    : Kind.OTHER;
        }
        return switch (reading.part()) {
            case NOUN -> CALENDAR.contains(reading.lemma()) ? Kind.OTHER : Kind.NOUN;
            case FIRST_NAME, PATRONYMIC, SURNAME -> Kind.PERSON;
            case ABBREVIATION -> word.allCapitals() ? Kind.ABBREVIATION : Kind.OTHER;
            case ADJECTIVE, PARTICIPLE -> reading.frequency() >= EMPTY_ADJECTIVE ? Kind.OTHER : Kind.ADJECTIVE;
            default -> Kind.OTHER;
        };
    }

    /** Tokens that are written together: joined by a hyphen or underscore. */
    private List<List<Token>> units(String text) {
        List<List<Token>> units = new ArrayList<>();
        int lastEnd = -1;
        for (Token token : analysis.tokens(text)) {
            if (lastEnd >= 0 && token.start() == lastEnd + 1 && "-_‑".indexOf(text.charAt(lastEnd)) >= 0) {
                units.get(units.size() - 1).add(token);
            } else {
                units.add(new ArrayList<>(List.of(token)));
            }
            lastEnd = token.end();
        }
        return units;
    }

    /** Capitals mean nothing in a sentence that is mostly capitals. A name alone is no such sentence. */
    private static boolean isShouting(String sentence) {
        long letters = sentence.chars().filter(Character::isLetter).count();
        return 2 * sentence.chars().filter(Character::isUpperCase).count() > letters
                && BLANK.splitAsStream(sentence.strip()).count() > 2;
    }

    /** Where the first sentence end between two offsets is; the second one where there is none. */
    private static int endOfSentence(String text, int from, int to) {
        int end = from;
        while (end < to && SENTENCE_END.indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }
}
