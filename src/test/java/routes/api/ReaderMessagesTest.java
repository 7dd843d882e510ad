package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import routes.web.Fetched;

/** What the reader's page says. */
class ReaderMessagesTest {

    private static final Path PAGE = Path.of("src/main/resources/static");
    private static final Pattern KEY = Pattern.compile("\\bt\\(\"([\\w.-]+)\"|data-text=\"([\\w.-]+)\"");
    private static final Pattern KEY_WITH_NAME = Pattern.compile("\\bt\\(`([\\w.-]+)\\.\\$\\{|\\bnamed\\(\"(\\w+)\"");
    private static final Pattern PLACE = Pattern.compile("\\{\\w+}");

    private final JsonNode russian = messages("ru");
    private final JsonNode english = messages("en");

    @Test
    void both_languages_say_the_same() {
        assertThat(keys(russian)).isEqualTo(keys(english));
        english.fieldNames()
                .forEachRemaining(
                        key -> assertThat(places(russian.get(key))).as(key).isEqualTo(places(english.get(key))));
    }

    @Test
    void a_count_has_every_plural_of_its_language() {
        russian.properties().stream()
                .filter(message -> message.getValue().isObject())
                .forEach(message -> {
                    assertThat(keys(message.getValue()))
                            .as(message.getKey())
                            .isEqualTo(Set.of("one", "few", "many", "other"));
                    assertThat(keys(english.get(message.getKey())))
                            .as(message.getKey())
                            .isEqualTo(Set.of("one", "other"));
                });
    }

    @Test
    void every_message_that_is_asked_for_is_there() throws IOException {
        List<String> sources = sources();

        assertThat(found(KEY, sources)).isNotEmpty().isSubsetOf(keys(english));
        assertThat(found(KEY_WITH_NAME, sources)).isNotEmpty().allSatisfy(beginning -> assertThat(keys(english))
                .anySatisfy(key -> assertThat(key).startsWith(beginning + ".")));
    }

    @Test
    void every_reason_that_a_stage_gives_is_translated() throws IOException {
        Pattern reasons = Pattern.compile("(?:StageOutcome\\s*\\.\\s*(?:done|skipped)\\(|NO_CONTENT ="
                + " |Optional\\.of\\()\"([a-z]+(?:_[a-z]+)*)\"");
        Set<String> given = new TreeSet<>(Set.of("skipped", "duplicate", "tagging_failed"));
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java/routes"))) {
            sources.filter(
                            file -> file.toString()
                                    .matches(
                                            ".*/(tagging|tagpersistence|cleanup|postpersistence|indexing|ingest|enrichment)/\\w+\\.java"))
                    .map(ReaderMessagesTest::read)
                    .flatMap(text -> reasons.matcher(text).results())
                    .forEach(match -> given.add(match.group(1)));
        }

        assertThat(given).contains("no_content", "superseded", "restored_since");
        assertThat(keys(english))
                .containsAll(given.stream().map(reason -> "reason." + reason).toList());
    }

    @Test
    void every_reason_that_a_page_was_not_read_is_translated() {
        assertThat(keys(english))
                .containsAll(
                        Fetched.REASONS.stream().map(reason -> "page." + reason).toList())
                .contains(
                        "page.no_text",
                        "page.not_stored",
                        "page.unreadable",
                        "page.host_backoff",
                        "page.provider_failed");
    }

    @Test
    void nothing_in_the_page_makes_markup_of_text() throws IOException {
        assertThat(sources()).isNotEmpty().noneMatch(text -> Pattern.compile(
                        "\\.(inner|outer)HTML|insertAdjacentHTML|document\\.write|\\beval\\(")
                .matcher(text)
                .find());
    }

    @Test
    void every_file_can_be_read_without_scrolling_for_long() throws IOException {
        try (Stream<Path> files = Files.walk(PAGE.resolve("reader"))) {
            assertThat(files.filter(file -> file.toString().matches(".*\\.(js|css)")))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.readAllLines(file)).hasSizeLessThan(300));
        }
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(PAGE)) {
            return files.filter(file -> file.toString().matches(".*(reader.*\\.js|index\\.html)"))
                    .map(ReaderMessagesTest::read)
                    .toList();
        }
    }

    private static Set<String> found(Pattern pattern, List<String> sources) {
        return sources.stream()
                .flatMap(text -> pattern.matcher(text).results())
                .map(match -> match.group(1) == null ? match.group(2) : match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> places(JsonNode message) {
        String text = message.isObject() ? message.path("other").asText() : message.asText();
        return PLACE.matcher(text).results().map(match -> match.group()).collect(Collectors.toSet());
    }

    private static Set<String> keys(JsonNode object) {
        return object.properties().stream().map(entry -> entry.getKey()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static JsonNode messages(String language) {
        try {
            return new ObjectMapper().readTree(read(PAGE.resolve("reader/messages/" + language + ".json")));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(file.toString(), e);
        }
    }
}
