package routes.tagging.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.http.MediaTypeFactory;
import routes.tagging.TagRules;
import routes.text.Hashtags;
import routes.text.Language;
import routes.text.Morphology;
import routes.text.NormalizedText;
import routes.text.TagKey;
import routes.text.TextAnalysis;

/**
 * Tags without a model: first the author's hashtags, then phrases of the text. The same text and snapshot give the same tags.
 */
public final class LocalTagger {
    static final int MAX_LENGTH = 60;
    /** Maximum number of characters to read from a text. */
    static final int MAX_READ = 20_000;

    private static final int LONG = 2_000;
    /** Candidates for addresses and file names. Nearly all words contain none of these characters. */
    private static final Pattern SIGNED = Pattern.compile("(?<!\\S)[^\\s.:/@?&]*+[.:/@?&]\\S*+");

    /**
     * Addresses: with a scheme, with a path or query, email addresses, Telegram names; also bot commands. Their words are never
     * tags.
     */
    private static final Pattern ADDRESS =
            Pattern.compile("(?i)[a-z][a-z0-9+.-]*+://|www\\.|[\\p{L}\\p{N}]++\\.[\\p{L}\\p{N}.-]++[/?:]"
                    + "|[?&][\\w.-]++=|@[\\w-]|^/[a-z]");

    private static final Pattern FILE_TYPE =
            Pattern.compile("(?<name>.*[\\p{L}\\p{N})_-])\\.(?<type>[A-Za-z0-9]{2,5})[^\\p{L}\\p{N}]*");

    private final WordReader words;
    private final TagRules rules;

    public LocalTagger(TextAnalysis analysis) {
        this.words = new WordReader(analysis);
        this.rules = new TagRules(analysis);
    }

    /**
     * Returns the tags, best first; empty for a text without nouns. Reads only the first {@value #MAX_READ} characters of a text.
     *
     * @param max maximum number of tags
     */
    public List<String> tags(String text, CorpusSnapshot corpus, int max) {
        return checked(text, corpus, max).accepted();
    }

    /** Returns the same as {@link #tags}, including the rejected tags. */
    TagRules.Checked checked(String text, CorpusSnapshot corpus, int max) {
        String read = withoutAddresses(NormalizedText.visible(text.substring(0, Math.min(text.length(), MAX_READ))));
        List<String> hashtags = Hashtags.of(authors(read));
        Language language = Language.of(read);
        List<String> found =
                new PhraseTagger(read, language, words.read(read, language), corpus).tags(max + hashtags.size());
        List<String> tags = new ArrayList<>();
        List<List<String>> keys = new ArrayList<>();
        Stream.concat(hashtags.stream(), found.stream()).forEach(tag -> {
            List<String> key = List.of(TagKey.of(tag).split(" "));
            boolean extendsHashtag = keys.stream().limit(hashtags.size()).anyMatch(key::containsAll);
            if (!extendsHashtag && keys.stream().noneMatch(better -> better.containsAll(key))) {
                tags.add(tag);
                keys.add(key);
            }
        });
        return rules.check(tags, read, max);
    }

    /** Returns the part with the author's own hashtags. In the middle of a long text, hashtags belong to quoted posts. */
    private static String authors(String text) {
        String lines = text.strip();
        return text.length() <= LONG
                ? text
                : lines.substring(0, Math.max(0, lines.indexOf('\n'))) + "\n"
                        + lines.substring(lines.lastIndexOf('\n') + 1);
    }

    /** Returns the text with addresses and file extensions replaced by characters that do not join words. The length is unchanged. */
    private static String withoutAddresses(String text) {
        return SIGNED.matcher(text).replaceAll(part -> {
            String unspaced = part.group();
            return Matcher.quoteReplacement(
                    ADDRESS.matcher(unspaced).find() ? "|".repeat(unspaced.length()) : withoutFileType(unspaced));
        });
    }

    /** "Annual_report.pdf" is an annual report; "Node.js" is a name. */
    private static String withoutFileType(String unspaced) {
        Matcher file = FILE_TYPE.matcher(unspaced);
        if (!file.matches()) {
            return unspaced;
        }
        String name = file.group("name");
        String type = file.group("type");
        boolean known = MediaTypeFactory.getMediaType("a." + type).stream()
                .anyMatch(media -> !media.getType().equals("text"));
        return known || Morphology.isCyrillic(name) && type.equals(type.toLowerCase(Locale.ROOT))
                ? withoutFileType(name).replace('_', ' ') + "|".repeat(unspaced.length() - name.length())
                : unspaced;
    }
}
