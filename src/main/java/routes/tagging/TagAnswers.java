package routes.tagging;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import routes.events.Json;
import routes.llm.ModelFailureException;
import routes.text.NormalizedText;

/**
 * Extracts tags from model output in any form: an array, an object that contains an array, a fenced block, surrounding remarks,
 * typographic quotation marks, or a plain list. Parsing is lenient, because the tags are validated afterwards.
 */
final class TagAnswers {
    private static final ObjectReader JSON = Json.newMapper()
            .reader()
            // text after the first value is a remark
            .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .with(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .with(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .with(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS);

    /** Also matches reasoning without the start tag, which some servers strip, or without the end tag if the answer was truncated. */
    private static final Pattern THOUGHTS = Pattern.compile("(?is)^.*</think(?:ing)?>|<think(?:ing)?>.*$");

    private static final Pattern JSON_START = Pattern.compile("[\\[{]");
    private static final Pattern STRING_WITH_JSON = Pattern.compile("\"\\s*[\\[{]");
    private static final Pattern QUOTES = Pattern.compile("[«»“”„‟〝〞＂‹›「」『』]");
    private static final Pattern SINGLE_QUOTES =
            Pattern.compile("(?<![\\p{L}\\p{N}])[‘‚'](.{1,100}?)[’‘'](?![\\p{L}\\p{N}])");
    /** A quoted text. A colon after it marks a field name. */
    private static final Pattern QUOTED = Pattern.compile("\"([^\"\\n]{1,100})\"(\\s*:)?");

    private static final Pattern LABEL = Pattern.compile(
            "(?iu)^[\\s*_#>]*(?:вот |here are |the |список )?(?:т[еэ]ги|тегов|ключевые слова(?: и фразы)?|ответ|метки|х[еэ]штеги|tags|keywords|key words|answer|hashtags)"
                    + "[^:\\n]{0,40}:[\\s*_]*");
    private static final Pattern HASHTAGS = Pattern.compile("#[^\\s#,;]+(?:[\\s,;]+#[^\\s#,;]+)+");
    private static final Pattern LIST_ITEM = Pattern.compile("^\\s*(?:[-*•–—·+]\\s|\\d{1,2}[.):]\\s|[•–—·])\\s*");
    private static final Pattern SEPARATOR = Pattern.compile("[,;|\\n]");
    private static final Pattern DECORATION = Pattern.compile("^[\\s#*_`\"'.]+|[\\s*_`\"'.]+$");
    /** Field names in lower case, without spaces, underscores and hyphens. */
    private static final Set<String> TAGS = words(
            "tags keywords keyphrases hashtags labels теги тэги ключевыеслова ключевыефразы метки хештеги хэштеги");

    private static final Set<String> TAG =
            words("tag name keyword text value phrase word term label тег слово фраза значение");
    private static final Set<String> LISTS = words("posts results answers items посты");
    private static final List<String> NUMBERS = List.of("post", "n", "id", "number", "index", "пост", "номер");
    private static final int LONGEST_LIST = 500;
    private static final int DEEPEST = 8;
    private static final int MOST_TAGS = 50;

    private TagAnswers() {}

    private static Set<String> words(String words) {
        return Set.of(words.split(" "));
    }

    /**
     * @param posts number of posts in the request
     * @return the tags of each post; an empty list if the answer has none for a post
     * @throws ModelFailureException if no tags are found for any post
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
            throw ModelFailureException.unusable("the answer contains no tags");
        }
        return answers;
    }

    private static List<String> ofOne(List<JsonNode> json, String text) {
        Stream<String> tags = json.isEmpty() ? plain(text) : json.stream().flatMap(node -> tags(node, 0));
        return tags.limit(MOST_TAGS).toList();
    }

    /** Combines several values into one array: one value per line, or the items of a truncated array. */
    private static JsonNode whole(List<JsonNode> json) {
        return json.size() == 1
                ? json.get(0)
                : JsonNodeFactory.instance.arrayNode().addAll(json);
    }

    /** Returns the JSON values in the text, in order. If a value is malformed, reads the values inside it. */
    private static List<JsonNode> json(String text) {
        List<JsonNode> values = new ArrayList<>();
        Matcher start = JSON_START.matcher(text);
        int at = 0;
        for (int tries = 0; tries < MOST_TAGS * 4 && start.find(at); tries++) {
            at = start.end();
            try (JsonParser parser = JSON.createParser(text.substring(start.start()))) {
                values.add(JSON.readTree(parser));
                at = start.start() + (int) parser.currentLocation().getCharOffset();
            } catch (JacksonException e) {
                // no JSON at this position
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read a string", e);
            }
        }
        return values.isEmpty() ? inString(text) : values;
    }

    /** Reads JSON that a model wrote as a JSON string. */
    private static List<JsonNode> inString(String text) {
        Matcher start = STRING_WITH_JSON.matcher(text);
        try {
            JsonNode string = start.find() ? JSON.readTree(text.substring(start.start())) : JSON.createArrayNode();
            return string.isTextual() && !string.asText().equals(text) ? json(string.asText()) : List.of();
        } catch (JacksonException e) {
            return List.of(); // the caller reads the text in another way or rejects it
        }
    }

    private static Stream<String> tags(JsonNode node, int depth) {
        if (depth > DEEPEST) {
            return Stream.empty();
        } else if (node.isTextual()) {
            return Stream.of(bare(node.asText()));
        } else if (!node.isObject()) {
            return node.valueStream().flatMap(item -> tags(item, depth + 1)); // empty for a number
        }
        return field(node, TAGS)
                .map(value -> value.isTextual() ? list(value.asText()) : tags(value, depth + 1))
                .or(() -> field(node, LISTS).or(() -> field(node, TAG)).map(value -> tags(value, depth + 1)))
                .orElseGet(() -> inside(node, depth));
    }

    /**
     * Reads an object with unknown field names: its nested arrays and objects; if there are none, its names if all values are
     * numbers; otherwise its texts.
     */
    private static Stream<String> inside(JsonNode node, int depth) {
        List<String> nested = node.valueStream()
                .filter(JsonNode::isContainerNode)
                .flatMap(value -> tags(value, depth + 1))
                .limit(MOST_TAGS)
                .toList();
        if (!nested.isEmpty()) {
            return nested.stream();
        }
        boolean weights = node.valueStream().allMatch(JsonNode::isNumber);
        return node.propertyStream()
                .map(field -> weights ? field.getKey() : field.getValue().asText(""))
                .flatMap(TagAnswers::list);
    }

    private static Optional<JsonNode> field(JsonNode node, Set<String> names) {
        return node.propertyStream()
                .filter(field ->
                        names.contains(field.getKey().toLowerCase(Locale.ROOT).replaceAll("[\\s_-]", "")))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Drops items without a valid position, because they may belong to another post. */
    private static List<List<String>> ofSeveral(JsonNode node, int posts) {
        Optional<String> wrapped = LISTS.stream().filter(node::has).findFirst();
        if (wrapped.isPresent()) {
            return ofSeveral(node.path(wrapped.get()), posts);
        }
        List<List<String>> answers = new ArrayList<>(Collections.nCopies(posts, List.of()));
        boolean inOrder =
                node.isArray() && node.size() == posts && node.valueStream().allMatch(item -> position(item) < 0);
        List<String> names = node.propertyStream().map(Map.Entry::getKey).toList(); // empty for an array
        List<JsonNode> items = node.valueStream().toList();
        for (int i = 0; i < items.size(); i++) {
            JsonNode item = items.get(i);
            int position = inOrder ? i + 1 : node.isArray() ? position(item) : position(names.get(i));
            if (position >= 1 && position <= posts) {
                answers.set(position - 1, ofOne(List.of(item), ""));
            }
        }
        return answers;
    }

    /** Returns the number of a post, counted from 1; -1 if there is none. */
    private static int position(JsonNode item) {
        return NUMBERS.stream()
                .mapToInt(name -> position(item.path(name).asText("")))
                .filter(position -> position >= 0)
                .findFirst()
                .orElse(-1);
    }

    private static int position(String text) {
        String digits = text.replaceAll("\\D", "");
        return digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
    }

    /**
     * Reads hashtags, quoted words, or a list separated by commas or line breaks. Only short answers are read as a list, because
     * long ones are prose.
     */
    private static Stream<String> plain(String text) {
        Matcher hashtags = HASHTAGS.matcher(text);
        if (hashtags.find()) {
            return bare(Stream.of(hashtags.group().split("#", -1)));
        }
        String quoted =
                SINGLE_QUOTES.matcher(QUOTES.matcher(text).replaceAll("\"")).replaceAll("\"$1\"");
        List<String> found = bare(QUOTED.matcher(quoted)
                        .results()
                        .filter(match -> match.group(2) == null)
                        .map(match -> match.group(1)))
                .toList();
        return !found.isEmpty() || text.length() > LONGEST_LIST ? found.stream() : list(text);
    }

    private static Stream<String> list(String text) {
        return bare(SEPARATOR
                .splitAsStream(LABEL.matcher(text).replaceFirst(""))
                .map(line -> LIST_ITEM.matcher(line).replaceFirst("")));
    }

    private static Stream<String> bare(Stream<String> tags) {
        return tags.map(TagAnswers::bare).filter(tag -> !tag.isEmpty());
    }

    /** Strips surrounding punctuation; replaces underscores in a hashtag with spaces. */
    private static String bare(String tag) {
        String bare = DECORATION.matcher(tag).replaceAll("").replaceFirst(",$", "");
        return tag.strip().startsWith("#") ? bare.replace('_', ' ') : bare;
    }
}
