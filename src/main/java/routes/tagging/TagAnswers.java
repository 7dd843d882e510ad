package routes.tagging;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import routes.events.Json;
import routes.llm.UnusableAnswerException;

/**
 * Reads the tags out of whatever models answer: an array, an object with the array in it, in a fence, between remarks, with
 * typographic quotation marks, or just a list. What it lets through is checked afterwards, so it may be generous.
 */
final class TagAnswers {
    private static final ObjectReader JSON = Json.newMapper()
            .reader()
            // what follows the first value is a remark
            .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .with(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .with(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .with(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS);

    private static final Pattern THOUGHTS = Pattern.compile("(?s)<think(?:ing)?>.*?</think(?:ing)?>");
    private static final Pattern QUOTES = Pattern.compile("[«»“”„‟〝〞＂]");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"\\n]{1,100})\"");
    private static final Pattern LIST_ITEM = Pattern.compile("^\\s*(?:[-*•–—]|\\d{1,2}[.)])\\s*");
    private static final Pattern SEPARATOR = Pattern.compile("[,;\\n]");
    private static final List<String> TAGS = List.of("tags", "keywords", "теги", "ключевые_слова", "keyphrases");
    private static final List<String> NUMBERS = List.of("post", "n", "id", "number", "index", "пост", "номер");
    private static final List<String> LISTS = List.of("posts", "results", "answers", "items", "посты");
    private static final int LONGEST_LIST = 500;
    private static final int MOST_TAGS = 50;

    private TagAnswers() {}

    /**
     * @param posts how many posts were asked about
     * @return for each of them what was answered, nothing where nothing was
     * @throws UnusableAnswerException when no tags can be made out for any
     */
    static List<List<String>> read(String content, int posts) {
        String text = THOUGHTS.matcher(content).replaceAll(" ").strip();
        Optional<JsonNode> json = json(text).or(() -> json(QUOTES.matcher(text).replaceAll("\"")));
        List<List<String>> answers = posts == 1
                ? List.of(json.map(TagAnswers::tags).orElseGet(() -> plain(text)))
                : json.map(node -> ofSeveral(node, posts)).orElse(List.of());
        if (answers.stream().allMatch(List::isEmpty)) {
            throw new UnusableAnswerException("no tags in the answer");
        }
        return answers;
    }

    /** The JSON value that begins first and can be read. */
    private static Optional<JsonNode> json(String text) {
        return Stream.of(text.indexOf('['), text.indexOf('{'))
                .filter(start -> start >= 0)
                .sorted()
                .map(start -> parse(text.substring(start)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<JsonNode> parse(String text) {
        try {
            return Optional.ofNullable(JSON.readTree(text)).filter(JsonNode::isContainerNode);
        } catch (JacksonException e) {
            return Optional.empty(); // it is read in another way, or refused as a whole
        } catch (IOException e) {
            throw new IllegalStateException("A string in memory cannot be read", e);
        }
    }

    private static List<String> tags(JsonNode node) {
        if (node.isTextual()) {
            return List.of(bare(node.asText()));
        }
        if (node.isArray()) {
            return stream(node)
                    .flatMap(item -> tags(item).stream())
                    .limit(MOST_TAGS)
                    .toList();
        }
        return Stream.of(TAGS, LISTS, List.of("tag", "name", "keyword", "text", "тег"))
                .flatMap(List::stream)
                .filter(node::has)
                .findFirst()
                .map(name -> tags(node.path(name)))
                .orElse(List.of());
    }

    private static List<List<String>> ofSeveral(JsonNode node, int posts) {
        Optional<String> wrapped = LISTS.stream().filter(node::has).findFirst();
        if (wrapped.isPresent()) {
            return ofSeveral(node.path(wrapped.get()), posts);
        }
        List<List<String>> answers = new ArrayList<>(Collections.nCopies(posts, List.of()));
        if (node.isArray()) {
            List<JsonNode> items = stream(node).toList();
            boolean inOrder = items.size() == posts
                    && items.stream().noneMatch(item -> number(item).isPresent());
            for (int i = 0; i < items.size(); i++) {
                int position = inOrder ? i + 1 : number(items.get(i)).orElse(0);
                put(answers, position, items.get(i));
            }
        } else {
            for (Map.Entry<String, JsonNode> item : node.properties()) {
                String digits = item.getKey().replaceAll("\\D", "");
                put(answers, digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : 0, item.getValue());
            }
        }
        return answers;
    }

    /** Positions begin with 1; what has none that exists is not used, since it may belong to another post. */
    private static void put(List<List<String>> answers, int position, JsonNode node) {
        if (position >= 1 && position <= answers.size()) {
            answers.set(position - 1, tags(node));
        }
    }

    private static Optional<Integer> number(JsonNode item) {
        return NUMBERS.stream()
                .map(item::path)
                .map(value -> value.asText("").replaceAll("\\D", ""))
                .filter(digits -> digits.matches("\\d{1,3}"))
                .map(Integer::valueOf)
                .findFirst();
    }

    /** Quoted words, or a list with commas or lines: only in short answers, since a long one is prose. */
    private static List<String> plain(String text) {
        String quoted = QUOTES.matcher(text).replaceAll("\"");
        List<String> found = QUOTED.matcher(quoted)
                .results()
                .map(match -> bare(match.group(1)))
                .limit(MOST_TAGS)
                .toList();
        if (!found.isEmpty() || text.length() > LONGEST_LIST) {
            return found;
        }
        return SEPARATOR
                .splitAsStream(text)
                .map(line -> bare(LIST_ITEM.matcher(line).replaceFirst("")))
                .filter(tag -> !tag.isEmpty())
                .limit(MOST_TAGS)
                .toList();
    }

    private static String bare(String tag) {
        return tag.strip().replaceFirst("^#", "");
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
