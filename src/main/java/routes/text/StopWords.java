package routes.text;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.WordlistLoader;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.util.IOUtils;

/**
 * Russian and English words that carry no meaning, in the analyser's spelling (lower case, ё = е): Snowball's lists and the
 * function words missing from them.
 */
final class StopWords {
    private static final String MISSING_IN_SNOWBALL =
            """
            это эта эту этой этим этих этими этому этом та те ту тех тем теми тому том тот той
            который которая которое которые которого которой которому которую которым которых которыми котором
            свой своя свое свои своего своей своему свою своим своих своими своем
            весь вся все всего всей всему всю всем всех всеми мой моя мое мои наш наша наше наши нашего нашей нашу нашем нашим
            наших твой ваш ваша ваше ваши вашего вашей вашу вашем их ее его также тоже еще уже лишь только пока либо или ли
            чтобы чтоб поэтому потому поскольку однако кроме кстати итак далее т.е т.д т.п etc vs via per
            какие каких какого какое каким кого чего чему чем кем самый самая самое самые самого самой самых
            """;

    private StopWords() {}

    static CharArraySet load() {
        CharArraySet words = new CharArraySet(600, false);
        try {
            for (String language : new String[] {"russian", "english"}) {
                String file = language + "_stop.txt";
                try (Reader list = IOUtils.getDecodingReader(
                        IOUtils.requireResourceNonNull(SnowballFilter.class.getResourceAsStream(file), file),
                        StandardCharsets.UTF_8)) {
                    for (Object word : WordlistLoader.getSnowballWordSet(list)) {
                        words.add(NormalizedText.of(new String((char[]) word)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The stop word lists of lucene-analysis-common cannot be read", e);
        }
        for (String word : MISSING_IN_SNOWBALL.split("\\s+")) {
            words.add(word);
        }
        return CharArraySet.unmodifiableSet(words);
    }
}
