package routes.text;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tartarus.snowball.SnowballStemmer;
import org.tartarus.snowball.ext.EnglishStemmer;
import org.tartarus.snowball.ext.RussianStemmer;

/**
 * The common key of tags that differ only in form: the base forms of their words, lower case, ё as е, joined by spaces
 * ("Нейросетями" and "нейросеть" have the key {@code нейросеть}). Filters, counts, index and graph treat tags with the same key as
 * one.
 */
public final class TagKey {
    private static final Pattern HASHES = Pattern.compile("^#+");
    private static final Pattern SEPARATOR = Pattern.compile("[\\s\\p{Z}_]+");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:[-‑'’][\\p{L}\\p{N}]+)*");

    private static final int LONGEST_SIGN = 2;

    private TagKey() {}

    /** Returns the key; empty for a blank tag. */
    public static String of(String tag) {
        String plain =
                NormalizedText.inPlainLetters(NormalizedText.visible(tag)).strip();
        return SEPARATOR
                .splitAsStream(HASHES.matcher(plain).replaceFirst(""))
                .filter(word -> !word.isEmpty())
                .map(word -> WORD.matcher(word).replaceAll(found -> Matcher.quoteReplacement(lemma(found.group()))))
                .collect(Collectors.joining(" "));
    }

    private static String lemma(String word) {
        if (word.length() <= LONGEST_SIGN) {
            return NormalizedText.of(word); // "ИИ" is not a form of the name Ия
        }
        return Morphology.get().lemma(word).orElseGet(() -> {
            SnowballStemmer stemmer = Morphology.isCyrillic(word) ? new RussianStemmer() : new EnglishStemmer();
            stemmer.setCurrent(word.toLowerCase(Locale.ROOT).replace('ё', 'е'));
            stemmer.stem();
            return stemmer.getCurrent();
        });
    }
}
