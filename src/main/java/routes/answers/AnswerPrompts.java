package routes.answers;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.ConfigurationException;
import routes.events.Sha256;
import routes.text.Language;

/**
 * The prompts {@code prompts/answer….txt} of the configuration folder. Texts of posts are sent as the user message, between
 * delimiters that the author of a post cannot guess.
 */
@Component
class AnswerPrompts {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\w+}");
    private static final Set<String> KNOWN = Set.of("{mark}", "{sentences}");
    static final String CHECK = "answer-check.txt";
    static final String ADVERTISEMENT = "answer-advertisement.txt";
    static final String FOLLOW_UP = "answer-follow-up.txt";

    private final Map<String, String> texts;

    /**
     * @throws ConfigurationException if a prompt is missing, contains an unknown placeholder, or does not contain the delimiter
     *     placeholder
     */
    AnswerPrompts(ConfigFolderProperties config) {
        texts = Stream.concat(
                        Stream.of(CHECK, ADVERTISEMENT, FOLLOW_UP),
                        Stream.of(Language.values())
                                .flatMap(language -> Stream.of(answer(false, language), answer(true, language))))
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(), name -> checked(name, config.read("prompts/" + name))));
    }

    private static String answer(boolean isDigest, Language language) {
        return "answer" + (isDigest ? "-digest" : "") + "." + language.code() + ".txt";
    }

    private static String checked(String name, String text) {
        List<String> used =
                PLACEHOLDER.matcher(text).results().map(MatchResult::group).toList();
        if (!used.contains("{mark}")) {
            throw new ConfigurationException("prompts/" + name
                    + ": {mark} is missing; without it the model cannot tell the posts from its instruction");
        }
        used.stream().filter(one -> !KNOWN.contains(one)).findFirst().ifPresent(unknown -> {
            throw new ConfigurationException("prompts/" + name + ": unknown placeholder " + unknown
                    + "; known placeholders are " + String.join(", ", KNOWN));
        });
        return text.strip();
    }

    String answer(Language language, boolean isDigest, int sentences, String mark) {
        return filled(answer(isDigest, language), mark, sentences);
    }

    /** @param sentences requested number of sentences, for prompts that contain it */
    String filled(String name, String mark, int sentences) {
        Map<String, String> values = Map.of("{mark}", mark, "{sentences}", Integer.toString(sentences));
        return PLACEHOLDER
                .matcher(texts.get(name))
                .replaceAll(found -> Matcher.quoteReplacement(values.get(found.group())));
    }

    /** Returns a hash of the texts as delimiter: equal texts give the same prompt, and no text can contain its own delimiter. */
    static String mark(List<String> texts) {
        return "=====" + Sha256.hex(String.join("\0", texts)).substring(0, 16) + "=====";
    }

    /** Returns the texts between delimiters, numbered from 1. */
    static String between(String mark, List<String> texts) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            all.append(mark)
                    .append(' ')
                    .append(i + 1)
                    .append('\n')
                    .append(texts.get(i))
                    .append('\n');
        }
        return all.append(mark).toString();
    }
}
