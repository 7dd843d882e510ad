package routes.tagging.local;

import java.util.List;
import routes.text.Morphology.PartOfSpeech;
import routes.text.Morphology.Reading;

/**
 * A word of a post: what a reader sees as one, so "GPT-4" is one.
 *
 * @param start offset in the text, in UTF-16 units
 * @param end offset after it, and before "'s"
 * @param stems of its parts, as the corpus snapshot knows them
 * @param place number of the word, 0-based
 * @param sentence 0-based; the first line is sentence 0
 * @param name whether its writing marks it as a name: a capital inside a sentence, or several capitals
 * @param joins whether only a blank separates it from the word before
 * @param reading null where no dictionary knows the word
 * @param lemma of the reading, or the stem
 */
record Word(
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

    /** What a word can be in a tag. */
    enum Kind {
        NOUN,
        /** First name, patronymic or surname. */
        PERSON,
        ABBREVIATION,
        /** Not in the dictionary, or of Latin letters in a Russian text. */
        FOREIGN,
        ADJECTIVE,
        NUMBER,
        /** Never a part of a tag. */
        OTHER;

        boolean isNominal() {
            return this == NOUN || this == PERSON || this == ABBREVIATION || this == FOREIGN;
        }
    }

    /** Class of the lemma, -1 for an unknown one. */
    int frequency() {
        return reading == null ? -1 : reading.frequency();
    }

    boolean isCount() {
        return kind == Kind.NUMBER || reading != null && reading.part() == PartOfSpeech.NUMERAL;
    }

    /** Whether it is an English noun in the plural. */
    boolean isPlural() {
        return latin && kind == Kind.NOUN && !name && reading != null && end - start != lemma.length();
    }
}
