package routes.text;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** The hashtags of a text, split into words: {@code #машинное_обучение} and {@code #MachineLearning} are two words each. */
public final class Hashtags {
    private static final Pattern HASHTAG =
            Pattern.compile("(?<![\\p{L}\\p{N}_&/#])#([\\p{L}\\p{N}_]*\\p{L}[\\p{L}\\p{N}_]*)");
    /** Word boundaries in camel case: between "Машинное" and "Обучение", and between "ИИ" and "Новости". */
    private static final Pattern HUMP = Pattern.compile("(?<=\\p{Ll})(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll}{2})");

    private Hashtags() {}

    /** Returns the hashtags in text order, without the number sign, including duplicates. */
    public static List<String> of(String text) {
        return HASHTAG.matcher(text)
                .results()
                .map(found -> words(found.group(1)))
                .toList();
    }

    /**
     * Splits a hashtag into words. A name that the dictionary spells this way ("JavaScript") is not split, nor is one with a part
     * of one letter ("iPhone").
     */
    private static String words(String hashtag) {
        String words = hashtag.replace('_', ' ').strip().replaceAll(" +", " ");
        String[] parts = HUMP.split(words);
        boolean known = Morphology.get().readings(words).stream()
                .anyMatch(reading -> reading.part() == Morphology.PartOfSpeech.NAME);
        boolean shortPart = Arrays.stream(parts).anyMatch(part -> part.strip().length() < 2);
        return known || shortPart ? words : String.join(" ", parts);
    }
}
