package routes.tagging.local;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import routes.text.Morphology;
import routes.text.Morphology.PartOfSpeech;
import routes.text.Morphology.Reading;
import routes.text.NormalizedText;
import routes.text.Token;

/** A word of a post as perceived by a reader: "GPT-4" is one word. */
final class Word {

    /** The role of a word in a tag. */
    enum Kind {
        NOUN,
        /** First name, patronymic or surname. */
        PERSON,
        ABBREVIATION,
        /** Not in the dictionary, or in Latin letters in a Russian text. */
        FOREIGN,
        ADJECTIVE,
        NUMBER,
        /** Never part of a tag. */
        OTHER;

        boolean isNominal() {
            return this == NOUN || this == PERSON || this == ABBREVIATION || this == FOREIGN;
        }
    }

    /** Offset in the text, in UTF-16 units. */
    final int start;
    /** The word as written, without "'s". */
    final String text;

    /** The word in the letters used for dictionary lookups. */
    final String plain;

    final List<Token> tokens;
    /** Index of the word in the text, from 0. */
    final int place;
    /** Index of the sentence, from 0; the first line is sentence 0. */
    final int sentence;
    /** Whether the word begins a sentence, so that an initial capital carries no information. */
    final boolean first;
    /** Whether most letters of the sentence are capitals. */
    final boolean shouting;
    /** Whether only spaces separate the word from the previous one. */
    final boolean joins;

    private final boolean hasInnerCapital;
    final boolean latin;
    final List<Reading> readings;

    /** The universal part of speech in an English text. {@link WordReader} sets it, the reading and the kind. */
    String part;
    /** The selected reading; null if no dictionary contains the word. */
    Reading reading;

    Kind kind = Kind.OTHER;

    Word(String text, List<Token> tokens, int place, int sentence, boolean first, boolean shouting, boolean joins) {
        this.start = tokens.get(0).start();
        this.text = text;
        this.tokens = tokens;
        this.place = place;
        this.sentence = sentence;
        this.first = first;
        this.shouting = shouting;
        this.joins = joins;
        this.plain = NormalizedText.inPlainLetters(text);
        this.hasInnerCapital = text.chars().skip(1).anyMatch(Character::isUpperCase);
        this.latin = !Morphology.isCyrillic(plain);
        this.readings = Morphology.get().readings(plain);
    }

    int end() {
        return start + text.length();
    }

    /** Returns the lemma of the reading, or the stem. */
    String lemma() {
        return reading == null ? tokens.stream().map(Token::stem).collect(Collectors.joining("-")) : reading.lemma();
    }

    /** Returns the frequency class of the lemma; -1 if unknown. */
    int frequency() {
        return reading == null ? -1 : reading.frequency();
    }

    /** Whether the spelling marks the word as a name: a capital inside a sentence, or several capitals. */
    boolean isName() {
        return !shouting && (Character.isUpperCase(text.codePointAt(0)) && !first || hasInnerCapital);
    }

    boolean isAllCapitals() {
        return text.length() > 1 && text.equals(text.toUpperCase(Locale.ROOT));
    }

    boolean isNumber() {
        return text.codePoints().noneMatch(Character::isLetter);
    }

    boolean isCount() {
        return kind == Kind.NUMBER || reading != null && reading.part() == PartOfSpeech.NUMERAL;
    }

    boolean isNominal() {
        return kind.isNominal();
    }

    /** Whether the word can be this part of speech. */
    boolean canBe(PartOfSpeech wanted) {
        return readings.stream().anyMatch(possible -> possible.part() == wanted);
    }

    /** Whether the word is an English plural noun. */
    boolean isPlural() {
        return latin && kind == Kind.NOUN && !isName() && reading != null && text.length() != lemma().length();
    }
}
