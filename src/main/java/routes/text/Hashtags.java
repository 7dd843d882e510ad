package routes.text;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** The hashtags of a text as people read them: {@code #машинное_обучение} and {@code #MachineLearning} are two words each. */
public final class Hashtags {
    private static final Pattern HASHTAG =
            Pattern.compile("(?<![\\p{L}\\p{N}_&/#])#([\\p{L}\\p{N}_]*\\p{L}[\\p{L}\\p{N}_]*)");
    /** Between "Машинное" and "Обучение", and between "ИИ" and "Новости". */
    private static final Pattern HUMP = Pattern.compile("(?<=\\p{Ll})(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll}{2})");

    private Hashtags() {}

    /** In text order, without the sign; includes duplicates. */
    public static List<String> of(String text) {
        return HASHTAG.matcher(text)
                .results()
                .map(found -> words(found.group(1)))
                .toList();
    }

    /** A name that the dictionary spells this way ("JavaScript") stays whole, as does one with a part of one letter ("iPhone"). */
    private static String words(String hashtag) {
        String words = hashtag.replace('_', ' ').strip().replaceAll(" +", " ");
        String[] parts = HUMP.split(words);
        boolean known = Morphology.get().readings(words).stream()
                .anyMatch(reading -> reading.part() == Morphology.PartOfSpeech.NAME);
        boolean shortPart = Arrays.stream(parts).anyMatch(part -> part.strip().length() < 2);
        return known || shortPart ? words : String.join(" ", parts);
    }
}
