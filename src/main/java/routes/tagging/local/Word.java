package routes.tagging.local;

import java.util.List;
import routes.text.Morphology.PartOfSpeech;
import routes.text.Morphology.Reading;

/**
 * A word of a post as a reader sees it: "GPT-4" is one word.
 *
 * @param start offset in the text, in UTF-16 units
 * @param end offset after its last character, without "'s"
 * @param stems stems of its parts, as in the corpus snapshot
 * @param place number of the word, 0-based
 * @param sentence 0-based; the first line is sentence 0
 * @param name whether its spelling marks it as a name: a capital inside a sentence, or several capitals
 * @param joins whether only spaces separate it from the previous word
 * @param reading null if no dictionary contains the word
 * @param lemma lemma of the reading, or the stem
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

    /** Frequency class of the lemma, -1 if unknown. */
    int frequency() {
        return reading == null ? -1 : reading.frequency();
    }

    boolean isCount() {
        return kind == Kind.NUMBER || reading != null && reading.part() == PartOfSpeech.NUMERAL;
    }

    /** Whether it is an English plural noun. */
    boolean isPlural() {
        return latin && kind == Kind.NOUN && !name && reading != null && end - start != lemma.length();
    }
}
