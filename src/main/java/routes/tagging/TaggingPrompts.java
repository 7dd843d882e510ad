package routes.tagging;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.ConfigurationException;
import routes.events.Sha256;
import routes.text.Language;

/**
 * The tagging prompts: {@code prompts/tagging.<language>.txt} for one post and {@code prompts/tagging-batch.<language>.txt} for
 * several, in the configuration folder. They contain the instructions. The posts follow as the user message, between delimiters
 * that the author of a post cannot guess.
 */
class TaggingPrompts {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");
    private static final String MAX_TAGS = "max_tags";
    private static final String MARK = "mark";
    private static final String POSTS = "posts";

    private final Map<String, String> instructions;
    private final int maxText;

    /**
     * @param maxText maximum number of characters of a post that are sent to a model
     * @throws ConfigurationException if a prompt is missing or contains an unknown placeholder
     */
    TaggingPrompts(ConfigFolderProperties config, int maxText) {
        this.maxText = maxText;
        this.instructions = Stream.of(Language.values())
                .flatMap(language -> Stream.of(name(language, 1), name(language, 2)))
                .collect(Collectors.toUnmodifiableMap(name -> name, name -> checked(name, config.read(name))));
    }

    private static String name(Language language, int posts) {
        return "prompts/tagging" + (posts == 1 ? "" : "-batch") + "." + language.code() + ".txt";
    }

    private static String checked(String name, String text) {
        List<String> known = List.of(MAX_TAGS, MARK, POSTS);
        List<String> used = PLACEHOLDER
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
        used.stream()
                .filter(placeholder -> !known.contains(placeholder))
                .findFirst()
                .ifPresent(placeholder -> {
                    throw new ConfigurationException(name + ": there is no {" + placeholder + "}; known are {"
                            + String.join("}, {", known) + "}");
                });
        if (!used.contains(MARK)) {
            throw new ConfigurationException(
                    name + ": {mark} is missing; without it the model cannot tell the post from its instruction");
        }
        return text.strip();
    }

    String instruction(List<String> texts, int maxTags) {
        Language language = Language.of(String.join("\n", texts));
        Map<String, String> values = Map.of(
                MAX_TAGS, Integer.toString(maxTags),
                MARK, mark(texts),
                POSTS, Integer.toString(texts.size()));
        return PLACEHOLDER
                .matcher(instructions.get(name(language, texts.size())))
                .replaceAll(match -> Matcher.quoteReplacement(values.get(match.group(1))));
    }

    String material(List<String> texts) {
        String mark = mark(texts);
        if (texts.size() == 1) {
            return mark + "\n" + shorten(texts.get(0)) + "\n" + mark;
        }
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            all.append(mark).append(' ').append(i + 1).append('\n');
            all.append(shorten(texts.get(i))).append('\n');
        }
        return all.append(mark).toString();
    }

    /** A hash of the texts: the same texts give the same prompt, and no text can contain its own delimiter. */
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
