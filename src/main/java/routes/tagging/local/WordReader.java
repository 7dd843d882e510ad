package routes.tagging.local;

import static java.time.format.TextStyle.FULL_STANDALONE;

import java.time.DayOfWeek;
import java.time.Month;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import routes.tagging.local.Word.Kind;
import routes.text.Language;
import routes.text.Morphology;
import routes.text.Morphology.PartOfSpeech;
import routes.text.Morphology.Reading;
import routes.text.NormalizedText;
import routes.text.TextAnalysis;
import routes.text.Token;

/**
 * Splits a post into words and selects the most likely reading of each: for Russian words by frequency, spelling and neighbours,
 * for words of an English text by the part-of-speech model.
 */
final class WordReader {
    private static final Pattern BLANK = Pattern.compile("[ \\u00a0\\t]+");
    private static final Pattern POSSESSIVE = Pattern.compile("['’]s$");
    private static final String SENTENCE_END = ".!?…\n";
    /** Adjectives of at least this frequency class fit any noun ("новый", "большой") and carry no information. */
    private static final int EMPTY_ADJECTIVE = 17;

    /** Days, months and, in English, units of time. They date a post and are not its subject. */
    private static final Set<String> CALENDAR = calendar();

    /** Universal parts of speech that can be part of a tag; X is a foreign word. */
    private static final Set<String> CONTENT = Set.of("NOUN", "PROPN", "ADJ", "VERB", "X");

    /** Positions at which English words are split for the model: "do" and "n't", "Ann" and "'s". */
    private static final Pattern CLITIC = Pattern.compile("(?=n['’]t$)|(?=['’])");

    private final TextAnalysis analysis;

    WordReader(TextAnalysis analysis) {
        this.analysis = analysis;
    }

    private static Set<String> calendar() {
        Set<String> words = new HashSet<>();
        for (ChronoUnit unit : ChronoUnit.values()) {
            Morphology.get().lemma(unit.toString()).ifPresent(words::add);
        }
        for (Language language : Language.values()) {
            Locale locale = Locale.forLanguageTag(language.code());
            Stream<String> days = Stream.of(DayOfWeek.values()).map(day -> day.getDisplayName(FULL_STANDALONE, locale));
            Stream<String> months =
                    Stream.of(Month.values()).map(month -> month.getDisplayName(FULL_STANDALONE, locale));
            Stream.concat(days, months).map(NormalizedText::of).forEach(words::add);
        }
        return words;
    }

    List<Word> read(String text, Language language) {
        List<Word> words = words(text);
        if (language == Language.EN) {
            findParts(text, words);
        }
        for (int i = 0; i < words.size(); i++) {
            Word word = words.get(i);
            Word previous = i > 0 ? words.get(i - 1) : null;
            Word next = i + 1 < words.size() && words.get(i + 1).joins ? words.get(i + 1) : null;
            word.reading = word.part == null ? likeliest(word, next) : likeliest(word);
            word.kind = kind(previous, word, next);
        }
        return words;
    }

    private List<Word> words(String text) {
        List<Word> words = new ArrayList<>();
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
                String surface = POSSESSIVE.matcher(text.substring(start, end)).replaceFirst("");
                boolean joins = lastUsable && isBlank(text, lastEnd, start);
                words.add(new Word(
                        surface, unit, words.size(), sentence, first && !isQuoted(text, start, end), shouting, joins));
                first = false;
            }
            lastUsable = usable;
            lastEnd = usable ? words.get(words.size() - 1).end() : end; // a genitive ends a phrase
        }
        return words;
    }

    /** Whether the range consists of one or more spaces. */
    private static boolean isBlank(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != ' ' && text.charAt(i) != '\u00a0' && text.charAt(i) != '\t') {
                return false;
            }
        }
        return from < to;
    }

    /** A single word in quotation marks is a name at any position in a sentence. */
    private static boolean isQuoted(String text, int start, int end) {
        return start > 0
                && end < text.length()
                && "«\"“„".indexOf(text.charAt(start - 1)) >= 0
                && "»\"”“".indexOf(text.charAt(end)) >= 0;
    }

    private static Reading likeliest(Word word, Word next) {
        return word.readings.stream()
                .reduce((best, other) -> score(word, next, other) > score(word, next, best) ? other : best)
                .orElse(null);
    }

    private static int score(Word word, Word next, Reading reading) {
        int bonus =
                switch (reading.part()) {
                    case FUNCTION, DETERMINER, SUBJECT -> 6;
                    case ABBREVIATION -> !word.isAllCapitals() ? -8 : word.shouting ? 0 : 5;
                    case FIRST_NAME, PATRONYMIC, SURNAME -> word.isName() ? 4 : word.first ? 0 : -6;
                    case NOUN, NAME -> word.isName() ? 2 : 0;
                    case ADJECTIVE, PARTICIPLE, NUMERAL ->
                        next != null && next.readings.stream().anyMatch(noun -> isNoun(noun) && reading.agrees(noun))
                                ? word.isName() && !next.isName() ? 5 : 3 // preferred to a surname
                                : -2;
                    case VERB, ADVERB -> 0;
                };
        return Math.max(0, reading.frequency()) + bonus;
    }

    private static boolean isNoun(Reading reading) {
        return reading.part() == PartOfSpeech.NOUN || reading.part().isPersonal();
    }

    /** Sets the universal part of speech of each word of an English text. */
    private static void findParts(String text, List<Word> words) {
        List<String> sentence = new ArrayList<>();
        Map<Integer, Word> places = new LinkedHashMap<>();
        for (Word word : words) {
            if (word.place > 0 && !word.first) {
                String between = text.substring(words.get(word.place - 1).end(), word.start)
                        .strip();
                if (!between.isEmpty()) {
                    sentence.add(between.substring(0, 1));
                }
            }
            places.put(sentence.size(), word);
            boolean lowerCase = word.shouting || word.first && !word.isName() && isCommon(word);
            String written = lowerCase ? word.plain.toLowerCase(Locale.ROOT) : word.plain;
            sentence.addAll(List.of(CLITIC.split(written)));
            if (word.place + 1 == words.size() || words.get(word.place + 1).first) {
                String[] found = new String[sentence.size()];
                places.forEach((place, of) -> found[place] = onlyPart(of));
                EnglishSentence.parts(sentence.toArray(String[]::new), found);
                places.forEach((place, of) -> of.part = found[place]);
                sentence.clear();
                places.clear();
            }
        }
    }

    /** Returns the part of speech if the dictionary is as reliable as the model; null for a word with several readings or none. */
    private static String onlyPart(Word word) {
        if (word.tokens.get(0).stopWord() && word.text.chars().allMatch(Character::isLetter)) {
            return EnglishSentence.ofStopWord(word.text.toLowerCase(Locale.ROOT));
        }
        List<PartOfSpeech> parts =
                word.readings.stream().map(Reading::part).distinct().toList();
        return parts.size() != 1 || word.isName()
                ? null
                : switch (parts.get(0)) {
                    case ADJECTIVE -> "ADJ";
                    case ADVERB -> "ADV";
                    default -> null;
                };
    }

    private static boolean isCommon(Word word) {
        return word.readings.stream().anyMatch(reading -> reading.part() != PartOfSpeech.NAME);
    }

    /** Returns the most frequent reading with this part of speech; the first reading if none fits. */
    private static Reading likeliest(Word word) {
        return word.readings.stream()
                .filter(reading -> fits(reading, word.part))
                .reduce((best, reading) -> reading.frequency() > best.frequency() ? reading : best)
                .or(() -> word.readings.stream().findFirst())
                .orElse(null);
    }

    private static boolean fits(Reading reading, String part) {
        return switch (reading.part()) {
            case NOUN -> part.equals("NOUN") || part.equals("PROPN");
            case NAME -> part.equals("PROPN");
            case ADJECTIVE -> part.equals("ADJ");
            case VERB -> part.equals("VERB") || part.equals("AUX");
            case PARTICIPLE -> part.equals("VERB") || part.equals("ADJ");
            case ADVERB -> part.equals("ADV") || part.equals("ADJ");
            default -> !CONTENT.contains(part);
        };
    }

    private static Kind englishKind(Word previous, Word word, Word next) {
        Reading reading = word.reading;
        boolean noun = word.canBe(PartOfSpeech.NOUN);
        boolean onlyNoun = noun
                && word.readings.stream().allMatch(meaning -> meaning.part().isNominal());
        if (!CONTENT.contains(word.part) && (!onlyNoun || word.part.equals("PRON"))
                || CALENDAR.contains(reading == null ? word.text : reading.lemma())) {
            return Kind.OTHER;
        }
        if (word.isName()) {
            return Kind.NOUN;
        }
        if (word.text.length() < 3) {
            return Kind.OTHER; // units, "de"
        }
        if (reading == null) {
            return word.part.equals("ADJ") ? Kind.ADJECTIVE : word.part.equals("VERB") ? Kind.OTHER : Kind.NOUN;
        }
        Word before = word.joins ? previous : null;
        boolean determined = next != null && next.canBe(PartOfSpeech.DETERMINER);
        if (word.canBe(PartOfSpeech.VERB)
                && before != null
                && (before.isPlural() // "teachers talk"
                        || determined && before.kind == Kind.NOUN // "the city counts its trees"
                        || before.canBe(PartOfSpeech.SUBJECT) && reading.lemma().equals(word.text))) {
            return Kind.OTHER;
        }
        boolean beforeNoun = next != null && List.of("NOUN", "ADJ", "PROPN").contains(next.part);
        return switch (fits(reading, word.part) ? word.part : "X") {
            case "NOUN", "PROPN" -> Kind.NOUN;
            case "ADJ" ->
                noun && !beforeNoun && before != null && before.part.equals("DET")
                        ? Kind.NOUN // "a mosaic of"
                        : reading.part() == PartOfSpeech.ADVERB
                                        || word.canBe(PartOfSpeech.DETERMINER)
                                        || reading.frequency() >= EMPTY_ADJECTIVE
                                ? Kind.OTHER
                                : Kind.ADJECTIVE;
            case "VERB" ->
                noun && word.text.endsWith("ing") && before != null && before.kind != Kind.OTHER && !determined
                        ? Kind.NOUN // "stream processing"
                        : beforeNoun
                                        && word.canBe(PartOfSpeech.PARTICIPLE)
                                        && before != null
                                        && !before.kind.isNominal()
                                        && !before.part.equals("PRON")
                                ? Kind.ADJECTIVE // "smoked paprika"
                                : Kind.OTHER;
            default -> noun ? Kind.NOUN : Kind.OTHER; // a word unknown to the model
        };
    }

    /** @param next null if the next word does not join */
    private static Kind kind(Word previous, Word word, Word next) {
        Reading reading = word.reading;
        boolean stopWord = word.tokens.get(0).stopWord()
                && word.tokens.get(word.tokens.size() - 1).stopWord();
        if (word.isNumber()) {
            return Kind.NUMBER;
        } else if (stopWord || word.text.length() < 2 || Character.isDigit(word.text.charAt(0))) {
            return Kind.OTHER; // "из-за", "67-й"
        } else if (word.joins && previous.isCount() && (!word.isName() || word.text.length() < 3)) {
            return Kind.OTHER; // "3 TB", "five days"
        } else if (word.part != null) {
            return englishKind(previous, word, next);
        } else if (reading == null || word.latin && word.isName()) {
            return Kind.FOREIGN;
        } else if (word.latin) {
            return reading.part() == PartOfSpeech.NOUN || reading.part() == PartOfSpeech.NAME
                    ? Kind.FOREIGN
                    : Kind.OTHER;
        }
        return switch (reading.part()) {
            case NOUN -> CALENDAR.contains(reading.lemma()) ? Kind.OTHER : Kind.NOUN;
            case FIRST_NAME, PATRONYMIC, SURNAME -> Kind.PERSON;
            case ABBREVIATION -> word.isAllCapitals() ? Kind.ABBREVIATION : Kind.OTHER;
            case ADJECTIVE, PARTICIPLE -> reading.frequency() >= EMPTY_ADJECTIVE ? Kind.OTHER : Kind.ADJECTIVE;
            default -> Kind.OTHER;
        };
    }

    /** Groups the tokens that are joined by a hyphen or underscore. */
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

    /** In a sentence with mostly capitals, capitals carry no information. A single name is not such a sentence. */
    private static boolean isShouting(String sentence) {
        long letters = sentence.chars().filter(Character::isLetter).count();
        return 2 * sentence.chars().filter(Character::isUpperCase).count() > letters
                && BLANK.splitAsStream(sentence.strip()).count() > 2;
    }

    /** Returns the offset of the first sentence end between two offsets; the second offset if there is none. */
    private static int endOfSentence(String text, int from, int to) {
        int end = from;
        while (end < to && SENTENCE_END.indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }
}
