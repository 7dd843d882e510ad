package routes.tagging.local;

import java.time.DayOfWeek;
import java.time.Month;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import routes.tagging.local.Word.Kind;
import routes.text.Language;
import routes.text.Morphology;
import routes.text.Morphology.PartOfSpeech;
import routes.text.Morphology.Reading;
import routes.text.NormalizedText;
import routes.text.TextAnalysis;
import routes.text.Token;

/**
 * Splits a post into words and chooses the most likely reading of each: for Russian words by frequency, spelling and neighbours,
 * for words of an English text by the part-of-speech model.
 */
final class WordReader {
    private static final Pattern BLANK = Pattern.compile("[ \\u00a0\\t]+");
    private static final String SENTENCE_END = ".!?…\n";
    /** An adjective of at least this frequency class fits any noun ("новый", "большой"). */
    private static final int EMPTY_ADJECTIVE = 17;

    /** Days, months and, in English, units of time: they date a post and are not its subject. */
    private static final Set<String> CALENDAR = calendar();

    /** Universal parts of speech that can be part of a tag; X is a foreign word. */
    private static final Set<String> CONTENT = Set.of("NOUN", "PROPN", "ADJ", "VERB", "X");

    /** Where English words are split for the model: "do" and "n't", "Ann" and "'s". */
    private static final Pattern CLITIC = Pattern.compile("(?=n['’]t$)|(?=['’])");

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
            for (DayOfWeek day : DayOfWeek.values()) {
                words.add(NormalizedText.of(day.getDisplayName(TextStyle.FULL_STANDALONE, locale)));
            }
            for (Month month : Month.values()) {
                words.add(NormalizedText.of(month.getDisplayName(TextStyle.FULL_STANDALONE, locale)));
            }
        }
        return words;
    }

    List<Word> read(String text, Language language) {
        List<Raw> raw = raw(text);
        String[] parts = language == Language.EN ? englishParts(text, raw) : new String[raw.size()];
        List<Word> words = new ArrayList<>(raw.size());
        for (int i = 0; i < raw.size(); i++) {
            Raw word = raw.get(i);
            Raw next = i + 1 < raw.size() && raw.get(i + 1).joins() ? raw.get(i + 1) : null;
            Reading reading = parts[i] == null ? likeliest(word, next) : likeliest(word, parts[i]);
            List<String> stems = word.tokens().stream().map(Token::stem).toList();
            words.add(new Word(
                    word.start(),
                    word.end(),
                    stems,
                    i,
                    word.sentence(),
                    word.name(),
                    word.latin(),
                    word.joins(),
                    kind(raw, i, parts, reading, words.isEmpty() ? null : words.get(i - 1)),
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
                String surface = text.substring(start, end).replaceFirst("['’]s$", "");
                boolean joins =
                        lastUsable && BLANK.matcher(text).region(lastEnd, start).matches();
                words.add(new Raw(
                        start,
                        start + surface.length(),
                        surface,
                        unit,
                        sentence,
                        first && !isQuoted(text, start, end),
                        shouting,
                        joins,
                        !Morphology.isCyrillic(surface),
                        Morphology.get().readings(surface)));
                first = false;
            }
            lastUsable = usable;
            lastEnd = usable ? words.get(words.size() - 1).end() : end; // a genitive ends a phrase
        }
        return words;
    }

    /** A single word in quotation marks is a name anywhere in a sentence. */
    private static boolean isQuoted(String text, int start, int end) {
        return start > 0
                && end < text.length()
                && "«\"“„".indexOf(text.charAt(start - 1)) >= 0
                && "»\"”“".indexOf(text.charAt(end)) >= 0;
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

    /** The universal part of speech of each word. */
    private static String[] englishParts(String text, List<Raw> words) {
        String[] parts = new String[words.size()];
        List<String> sentence = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            Raw word = words.get(i);
            if (i > 0 && !word.first()) {
                String between =
                        text.substring(words.get(i - 1).end(), word.start()).strip();
                if (!between.isEmpty()) {
                    sentence.add(between.substring(0, 1));
                }
            }
            places.add(sentence.size());
            String written = word.shouting() || word.first() && !word.name() && isCommon(word)
                    ? word.text().toLowerCase(Locale.ROOT)
                    : word.text();
            sentence.addAll(List.of(CLITIC.split(written)));
            if (i + 1 == words.size() || words.get(i + 1).first()) {
                String[] found = new String[sentence.size()];
                for (int k = 0; k < places.size(); k++) {
                    found[places.get(k)] = onlyPart(words.get(i + 1 - places.size() + k));
                }
                EnglishSentence.parts(sentence.toArray(String[]::new), found);
                for (int k = 0; k < places.size(); k++) {
                    parts[i + 1 - places.size() + k] = found[places.get(k)];
                }
                sentence.clear();
                places.clear();
            }
        }
        return parts;
    }

    /** The part of speech if the dictionary is as reliable as the model; null for a word with several readings or none. */
    private static String onlyPart(Raw word) {
        if (word.tokens().get(0).stopWord() && word.text().chars().allMatch(Character::isLetter)) {
            return EnglishSentence.ofStopWord(word.text().toLowerCase(Locale.ROOT));
        }
        List<PartOfSpeech> parts =
                word.readings().stream().map(Reading::part).distinct().toList();
        return parts.size() != 1 || word.name()
                ? null
                : switch (parts.get(0)) {
                    case ADJECTIVE -> "ADJ";
                    case ADVERB -> "ADV";
                    default -> null;
                };
    }

    private static boolean isCommon(Raw word) {
        return word.readings().stream().anyMatch(reading -> reading.part() != PartOfSpeech.NAME);
    }

    private static Reading likeliest(Raw word, String part) {
        Reading best = null;
        for (Reading reading : word.readings()) {
            if (best == null || fits(reading, part) && (!fits(best, part) || reading.frequency() > best.frequency())) {
                best = reading;
            }
        }
        return best;
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

    /** @param last the previous word, null for the first one */
    private static Kind englishKind(List<Raw> words, int i, String[] parts, Reading reading, Word last) {
        Raw word = words.get(i);
        String part = parts[i];
        boolean noun = is(word, PartOfSpeech.NOUN);
        boolean onlyNoun = noun
                && word.readings().stream().allMatch(meaning -> meaning.part().isNominal());
        if (!CONTENT.contains(part) && (!onlyNoun || part.equals("PRON"))
                || CALENDAR.contains(reading == null ? word.text() : reading.lemma())) {
            return Kind.OTHER;
        }
        if (word.name()) {
            return Kind.NOUN;
        }
        if (word.text().length() < 3) {
            return Kind.OTHER; // units, "de"
        }
        if (reading == null) {
            return part.equals("ADJ") ? Kind.ADJECTIVE : part.equals("VERB") ? Kind.OTHER : Kind.NOUN;
        }
        Word before = word.joins() ? last : null;
        Raw next = i + 1 < words.size() && words.get(i + 1).joins() ? words.get(i + 1) : null;
        boolean determined = next != null && is(next, PartOfSpeech.DETERMINER);
        if (is(word, PartOfSpeech.VERB)
                && before != null
                && (before.isPlural() // "teachers talk"
                        || determined && before.kind() == Kind.NOUN // "the city counts its trees"
                        || is(words.get(i - 1), PartOfSpeech.SUBJECT)
                                && reading.lemma().equals(word.text()))) {
            return Kind.OTHER;
        }
        boolean beforeNoun = next != null && List.of("NOUN", "ADJ", "PROPN").contains(parts[i + 1]);
        return switch (fits(reading, part) ? part : "X") {
            case "NOUN", "PROPN" -> Kind.NOUN;
            case "ADJ" ->
                noun && !beforeNoun && before != null && parts[i - 1].equals("DET")
                        ? Kind.NOUN // "a mosaic of"
                        : reading.part() == PartOfSpeech.ADVERB
                                        || is(word, PartOfSpeech.DETERMINER)
                                        || reading.frequency() >= EMPTY_ADJECTIVE
                                ? Kind.OTHER
                                : Kind.ADJECTIVE;
            case "VERB" ->
                noun && word.text().endsWith("ing") && before != null && before.kind() != Kind.OTHER && !determined
                        ? Kind.NOUN // "stream processing"
                        : beforeNoun
                                        && is(word, PartOfSpeech.PARTICIPLE)
                                        && before != null
                                        && !before.kind().isNominal()
                                        && !parts[i - 1].equals("PRON")
                                ? Kind.ADJECTIVE // "smoked paprika"
                                : Kind.OTHER;
            default -> noun ? Kind.NOUN : Kind.OTHER; // the model does not know the word
        };
    }

    private static boolean is(Raw word, PartOfSpeech part) {
        return word.readings().stream().anyMatch(reading -> reading.part() == part);
    }

    private static Kind kind(List<Raw> words, int i, String[] parts, Reading reading, Word last) {
        Raw word = words.get(i);
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
        if (word.joins() && last.isCount() && (!word.name() || word.text().length() < 3)) {
            return Kind.OTHER; // "3 TB", "five days"
        }
        if (parts[i] != null) {
            return englishKind(words, i, parts, reading, last);
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

    /** Capitals carry no information in a sentence that is mostly capitals. A name alone is not such a sentence. */
    private static boolean isShouting(String sentence) {
        long letters = sentence.chars().filter(Character::isLetter).count();
        return 2 * sentence.chars().filter(Character::isUpperCase).count() > letters
                && BLANK.splitAsStream(sentence.strip()).count() > 2;
    }

    /** Offset of the first sentence end between two offsets; the second offset if there is none. */
    private static int endOfSentence(String text, int from, int to) {
        int end = from;
        while (end < to && SENTENCE_END.indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }
}
