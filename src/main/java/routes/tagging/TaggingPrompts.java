package routes.tagging;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.ConfigurationException;
import routes.events.Sha256;
import routes.text.Language;

/**
 * The tagging prompts in the configuration folder: {@code prompts/tagging.<language>.txt} for one post and
 * {@code prompts/tagging-batch.<language>.txt} for several. They contain the instructions. The posts are sent as the user message,
 * between delimiters that the author of a post cannot guess.
 */
@Component
class TaggingPrompts {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\w+}");
    private static final List<String> KNOWN = List.of("{max_tags}", "{mark}", "{posts}");

    private final Map<String, String> instructions;
    private final int maxText;

    /**
     * @param maxText maximum number of characters of a post sent to a model
     * @throws ConfigurationException if a prompt is missing or contains an unknown placeholder
     */
    TaggingPrompts(ConfigFolderProperties config, @Value("${tagging.max-text}") int maxText) {
        this.maxText = maxText;
        this.instructions = Stream.of(Language.values())
                .flatMap(language -> Stream.of(name(language, 1), name(language, 2)))
                .collect(Collectors.toUnmodifiableMap(name -> name, name -> checked(name, config.read(name))));
    }

    private static String name(Language language, int posts) {
        return "prompts/tagging" + (posts == 1 ? "" : "-batch") + "." + language.code() + ".txt";
    }

    private static String checked(String name, String text) {
        Set<String> used =
                PLACEHOLDER.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
        if (!used.contains("{mark}")) {
            throw new ConfigurationException(
                    name + ": {mark} is missing; without it the model cannot tell the post from its instruction");
        }
        used.removeAll(KNOWN);
        if (!used.isEmpty()) {
            throw new ConfigurationException(name + ": unknown placeholder "
                    + used.iterator().next() + "; known placeholders are " + String.join(", ", KNOWN));
        }
        return text.strip();
    }

    String instruction(List<String> texts, int maxTags) {
        Language language = Language.of(String.join("\n", texts));
        Map<String, String> values = Map.of(
                "{max_tags}", Integer.toString(maxTags),
                "{mark}", mark(texts),
                "{posts}", Integer.toString(texts.size()));
        return PLACEHOLDER
                .matcher(instructions.get(name(language, texts.size())))
                .replaceAll(match -> Matcher.quoteReplacement(values.get(match.group())));
    }

    String material(List<String> texts) {
        String mark = mark(texts);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            all.append(mark).append(texts.size() == 1 ? "" : " " + (i + 1)).append('\n');
            all.append(shorten(texts.get(i))).append('\n');
        }
        return all.append(mark).toString();
    }

    /** Returns a hash of the texts as delimiter: equal texts give the same prompt, and no text can contain its own delimiter. */
    private static String mark(List<String> texts) {
        return "=====" + Sha256.hex(String.join("\0", texts)).substring(0, 16) + "=====";
    }

    private String shorten(String text) {
        int end = Math.min(text.length(), maxText);
        // do not split a surrogate pair
        return text.substring(
                0, end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }
}
