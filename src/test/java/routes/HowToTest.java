package routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages of {@code docs/how-to} name the files that know their examples, all of them. */
class HowToTest {
    private static final Path PAGES = Path.of("docs/how-to");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| \\[[^]]+]\\(([^)]+)\\) \\|");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)[^)]*\\)");

    @ParameterizedTest
    @CsvSource({
        "add-a-field.md, Example: `via_bot`, viaBot|via_bot",
        "add-a-field.md, Example: `author_name`, authorName|author_name",
        "add-a-metric.md, Example: `crawl.triggers`, crawl[.]triggers"
    })
    void a_table_names_every_file_that_knows_its_example(String page, String example, Pattern known)
            throws IOException {
        assertThat(table(page, example)).isEqualTo(files(known));
    }

    @Test
    void the_lists_of_a_stage_are_all_that_is_outside_of_its_package() throws IOException {
        // not who uses its classes or its setting
        Set<String> outside = files(Pattern.compile("(?i:crawl[-_]trigger)(?!_tags)|\\bcrawlTrigger\\b"));
        outside.removeIf(file -> file.contains("/java/routes/crawltrigger/"));

        assertThat(table("add-a-stage.md", "2. The lists:")).isEqualTo(outside);
    }

    @Test
    void a_provider_of_the_product_is_known_only_where_the_page_says() throws IOException {
        assertThat(table("add-a-provider.md", "A provider of the product"))
                .allSatisfy(file -> assertThat(Files.readString(Path.of(file))).containsIgnoringCase("openrouter"));
    }

    @Test
    void links_lead_to_files() throws IOException {
        try (Stream<Path> pages = Files.list(PAGES)) {
            assertThat(pages).hasSize(5).allSatisfy(page -> assertThat(
                            LINK.matcher(Files.readString(page)).results().map(link -> link.group(1)))
                    .allSatisfy(link -> assertThat(PAGES.resolve(link)).exists()));
        }
    }

    /** The files in the first table behind the words, as paths from the root of the project. */
    private static Set<String> table(String page, String words) throws IOException {
        String text = Files.readString(PAGES.resolve(page));
        assertThat(text).contains(words);
        String behind = text.substring(text.indexOf(words));
        int table = behind.indexOf("\n|---");
        int end = behind.indexOf("\n\n", table);
        Matcher rows = ROW.matcher(behind.substring(table, end < 0 ? behind.length() : end));
        return rows.results()
                .map(row -> PAGES.resolve(row.group(1)).normalize().toString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> files(Pattern known) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main"))) {
            return files.filter(file -> file.toString().matches(".*\\.(java|ya?ml|json|js|sql|properties)"))
                    .filter(file -> known.matcher(read(file)).find())
                    .map(Path::toString)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
