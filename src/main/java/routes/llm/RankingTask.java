package routes.llm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Requests the order of passages by relevance to a query, from a chat model or a reranking model. The result value is a
 * {@code List<Integer>}: the positions of all passages, best first. Passages that the answer omits follow in their original order.
 *
 * @param instruction system message of the chat; {@code material} is its user message, in which the passages are numbered from 1
 */
public record RankingTask(String query, List<String> passages, String instruction, String material)
        implements ModelTask {
    private static final int TOKENS_PER_PASSAGE = 6;
    private static final int MORE_TOKENS = 50;
    private static final Pattern ARRAY = Pattern.compile("\\[[\\d\\s,]*]");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");

    public RankingTask {
        passages = List.copyOf(passages);
    }

    @Override
    public int maxTokens() {
        return TOKENS_PER_PASSAGE * passages.size() + MORE_TOKENS;
    }

    @Override
    public List<Integer> read(String content) {
        Matcher array = ARRAY.matcher(content);
        if (!array.find()) {
            throw ModelFailureException.unusable("the answer contains no array of numbers");
        }
        return all(NUMBER.matcher(array.group())
                .results()
                .map(number -> Integer.parseInt(number.group()) - 1)
                .toList());
    }

    /** Reads the {@code results} of a reranking model, which are numbered from 0. */
    List<Integer> read(JsonNode results) {
        return all(results.valueStream()
                .sorted(Comparator.comparingDouble(
                        (JsonNode result) -> -result.path("relevance_score").asDouble()))
                .map(result -> result.path("index").asInt(-1))
                .toList());
    }

    private List<Integer> all(List<Integer> answered) {
        Set<Integer> order = new LinkedHashSet<>(answered);
        order.removeIf(position -> position < 0 || position >= passages.size());
        if (order.isEmpty()) {
            throw ModelFailureException.unusable("the answer contains no valid passage number");
        }
        IntStream.range(0, passages.size()).forEach(order::add);
        return new ArrayList<>(order);
    }
}
