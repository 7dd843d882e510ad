package routes.tagging;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import routes.events.Json;
import routes.llm.UnusableAnswerException;
import routes.text.NormalizedText;

/**
 * Extracts tags from model output in any form: an array, an object that contains an array, a fenced block, surrounding remarks,
 * typographic quotation marks, or a plain list. It may be lenient because its result is checked afterwards.
 */
final class TagAnswers {
    private static final ObjectReader JSON = Json.newMapper()
            .reader()
            // text after the first value is a remark
            .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .with(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .with(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .with(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS);

    /** Also matches thoughts without the start tag, which some servers strip, or without the end tag if the answer was cut off. */
    private static final Pattern THOUGHTS = Pattern.compile("(?is)^.*</think(?:ing)?>|<think(?:ing)?>.*$");

    private static final Pattern QUOTES = Pattern.compile("[«»“”„‟〝〞＂‹›「」『』]");
    private static final Pattern SINGLE_QUOTES =
            Pattern.compile("(?<![\\p{L}\\p{N}])[‘‚'](.{1,100}?)[’‘'](?![\\p{L}\\p{N}])");
    /** A colon after it marks a field name. */
    private static final Pattern QUOTED = Pattern.compile("\"([^\"\\n]{1,100})\"(\\s*:)?");

    private static final Pattern LABEL = Pattern.compile(
            "(?iu)^[\\s*_#>]*(?:вот |here are |the |список )?(?:т[еэ]ги|тегов|ключевые слова(?: и фразы)?|ответ|метки|х[еэ]штеги|tags|keywords|key words|answer|hashtags)"
                    + "[^:\\n]{0,40}:[\\s*_]*");
    private static final Pattern HASHTAGS = Pattern.compile("#[^\\s#,;]+(?:[\\s,;]+#[^\\s#,;]+)+");
    private static final Pattern LIST_ITEM = Pattern.compile("^\\s*(?:[-*•–—·+]\\s|\\d{1,2}[.):]\\s|[•–—·])\\s*");
    private static final Pattern SEPARATOR = Pattern.compile("[,;|\\n]");
    private static final Pattern DECORATION = Pattern.compile("^[\\s#*_`\"'.]+|[\\s*_`\"'.]+$");
    /** Field names in lower case without spaces, underscores and hyphens. */
    private static final List<String> TAGS = List.of(
            "tags",
            "keywords",
            "keyphrases",
            "hashtags",
            "labels",
            "теги",
            "тэги",
            "ключевыеслова",
            "ключевыефразы",
            "метки",
            "хештеги",
            "хэштеги");

    private static final List<String> TAG = List.of(
            "tag",
            "name",
            "keyword",
            "text",
            "value",
            "phrase",
            "word",
            "term",
            "label",
            "тег",
            "слово",
            "фраза",
            "значение");
    private static final List<String> NUMBERS = List.of("post", "n", "id", "number", "index", "пост", "номер");
    private static final List<String> LISTS = List.of("posts", "results", "answers", "items", "посты");
    private static final int LONGEST_LIST = 500;
    private static final int DEEPEST = 8;
    private static final int MOST_TAGS = 50;

    private TagAnswers() {}

    /**
     * @param posts number of posts in the request
     * @return the tags for each post, an empty list if the answer has none for it
     * @throws UnusableAnswerException if no tags are found for any post
     */
    static List<List<String>> read(String content, int posts) {
        String text = THOUGHTS.matcher(NormalizedText.visible(content))
                .replaceAll(" ")
                .replaceAll("```\\w*", "\n")
                .strip();
        List<JsonNode> json = json(text);
        if (json.isEmpty()) {
            json = json(QUOTES.matcher(text).replaceAll("\""));
        }
        List<List<String>> answers =
                posts == 1 ? List.of(ofOne(json, text)) : json.isEmpty() ? List.of() : ofSeveral(whole(json), posts);
        if (answers.stream().allMatch(List::isEmpty)) {
            throw new UnusableAnswerException("no tags in the answer");
        }
        return answers;
    }

    private static List<String> ofOne(List<JsonNode> json, String text) {
        List<String> tags = json.stream()
                .flatMap(node -> tags(node, 0).stream())
                .limit(MOST_TAGS)
                .toList();
        return tags.isEmpty() && json.isEmpty() ? plain(text) : tags;
    }

    /** Combines several values into one array: one value per line, or the items of an array that was cut off. */
    private static JsonNode whole(List<JsonNode> json) {
        return json.size() == 1
                ? json.get(0)
                : Json.newMapper().createArrayNode().addAll(json);
    }

    /** The JSON values in the text, in order. If a value is malformed, reads the values inside it. */
    private static List<JsonNode> json(String text) {
        List<JsonNode> values = new ArrayList<>();
        int at = 0;
        for (int tries = 0; at < text.length() && tries < MOST_TAGS * 4; tries++) {
            int start = at;
            while (start < text.length() && "[{".indexOf(text.charAt(start)) < 0) {
                start++;
            }
            at = start + 1;
            if (start < text.length()) {
                try (JsonParser parser = JSON.createParser(text.substring(start))) {
                    JsonNode value = JSON.readTree(parser);
                    at = start + (int) parser.currentLocation().getCharOffset();
                    values.add(value);
                } catch (JacksonException e) {
                    // no JSON begins here
                } catch (IOException e) {
                    throw new IllegalStateException("A string in memory cannot be read", e);
                }
            }
        }
        return values.isEmpty() ? inString(text) : values;
    }

    /** JSON that a model wrote into a JSON string. */
    private static List<JsonNode> inString(String text) {
        int start = text.indexOf('"');
        if (start < 0
                || !text.substring(start + 1).stripLeading().startsWith("[")
                        && !text.substring(start + 1).stripLeading().startsWith("{")) {
            return List.of();
        }
        try {
            JsonNode string = JSON.readTree(text.substring(start));
            return string.isTextual() && !string.asText().equals(text) ? json(string.asText()) : List.of();
        } catch (JacksonException e) {
            return List.of(); // the text is read in another way or rejected as a whole
        } catch (IOException e) {
            throw new IllegalStateException("A string in memory cannot be read", e);
        }
    }

    private static List<String> tags(JsonNode node, int depth) {
        if (depth > DEEPEST || node.isNull() || node.isNumber() || node.isBoolean()) {
            return List.of();
        }
        if (node.isTextual()) {
            return List.of(bare(node.asText()));
        }
        if (node.isArray()) {
            return stream(node)
                    .flatMap(item -> tags(item, depth + 1).stream())
                    .limit(MOST_TAGS)
                    .toList();
        }
        return field(node, TAGS)
                .map(value -> value.isTextual() ? list(value.asText()) : tags(value, depth + 1))
                .or(() -> field(node, LISTS).map(value -> tags(value, depth + 1)))
                .or(() -> field(node, TAG).map(value -> tags(value, depth + 1)))
                .orElseGet(() -> inside(node, depth));
    }

    /**
     * An object with unknown field names: its nested arrays and objects, else its names if all values are numbers, else its texts.
     */
    private static List<String> inside(JsonNode node, int depth) {
        List<String> nested = node.properties().stream()
                .filter(field -> field.getValue().isContainerNode())
                .flatMap(field -> tags(field.getValue(), depth + 1).stream())
                .limit(MOST_TAGS)
                .toList();
        if (!nested.isEmpty()) {
            return nested;
        }
        boolean weights = !node.isEmpty() && stream(node).allMatch(JsonNode::isNumber);
        return node.properties().stream()
                .map(field -> weights ? field.getKey() : field.getValue().asText(""))
                .flatMap(text -> list(text).stream())
                .limit(MOST_TAGS)
                .toList();
    }

    private static Optional<JsonNode> field(JsonNode node, List<String> names) {
        return node.properties().stream()
                .filter(field ->
                        names.contains(field.getKey().toLowerCase(Locale.ROOT).replaceAll("[\\s_-]", "")))
                .map(Map.Entry::getValue)
                .findFirst();
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

    /** Positions start at 1. A node without a valid position is dropped, since it may belong to another post. */
    private static void put(List<List<String>> answers, int position, JsonNode node) {
        if (position >= 1 && position <= answers.size()) {
            answers.set(position - 1, tags(node, 0));
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

    /**
     * Hashtags, quoted words, or a list separated by commas or lines. Reads only short answers as a list, since a long one is
     * prose.
     */
    private static List<String> plain(String text) {
        Matcher hashtags = HASHTAGS.matcher(text);
        if (hashtags.find()) {
            return Stream.of(hashtags.group().split("#", -1))
                    .map(TagAnswers::bare)
                    .filter(tag -> !tag.isEmpty())
                    .limit(MOST_TAGS)
                    .toList();
        }
        String quoted =
                SINGLE_QUOTES.matcher(QUOTES.matcher(text).replaceAll("\"")).replaceAll("\"$1\"");
        List<String> found = QUOTED.matcher(quoted)
                .results()
                .filter(match -> match.group(2) == null)
                .map(match -> bare(match.group(1)))
                .filter(tag -> !tag.isEmpty())
                .limit(MOST_TAGS)
                .toList();
        return !found.isEmpty() || text.length() > LONGEST_LIST ? found : list(text);
    }

    private static List<String> list(String text) {
        return SEPARATOR
                .splitAsStream(LABEL.matcher(text).replaceFirst(""))
                .map(line -> bare(LIST_ITEM.matcher(line).replaceFirst("")))
                .filter(tag -> !tag.isEmpty())
                .limit(MOST_TAGS)
                .toList();
    }

    /** Strips surrounding punctuation; replaces underscores in a hashtag with spaces. */
    private static String bare(String tag) {
        String bare = DECORATION.matcher(tag).replaceAll("").replaceFirst(",$", "");
        return tag.strip().startsWith("#") ? bare.replace('_', ' ') : bare;
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
