package routes.llm.standin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Answers with the three longest words of the user message, in order of appearance, as a JSON array. */
public final class KeywordAnswerer implements Function<ChatCall, String> {
    private static final int WORDS = 3;
    private static final Pattern WORD = Pattern.compile("(?<![\\p{L}\\p{N}])\\p{L}{4,30}(?![\\p{L}\\p{N}])");

    @Override
    public String apply(ChatCall call) {
        Map<String, String> words = new LinkedHashMap<>();
        WORD.matcher(call.user())
                .results()
                .forEach(word -> words.putIfAbsent(word.group().toLowerCase(Locale.ROOT), word.group()));
        List<String> longest = words.values().stream()
                .sorted(Comparator.comparing(String::length).reversed())
                .limit(WORDS)
                .toList();
        ArrayNode answer = JsonNodeFactory.instance.arrayNode();
        words.values().stream().filter(longest::contains).forEach(answer::add);
        return answer.toString();
    }
}
