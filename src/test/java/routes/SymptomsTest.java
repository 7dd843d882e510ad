package routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import routes.api.http.ProblemType;

/** {@code docs/symptoms.md} has a row for everything that the program reports, and tests that bring it about. */
class SymptomsTest {
    private static final Path PAGE = Path.of("docs/symptoms.md");
    private static final Pattern TEST = Pattern.compile("(?<type>\\w+(?:IT|Test))(?:\\.(?<method>\\w+))?");

    /** Indicators of the product: beans of this type, whose names end in HealthIndicator or not, and classes. */
    private static final Pattern HEALTH = Pattern.compile(
            "(?<!static )(?:HealthIndicator|HealthContributor) (\\w+?)(?:Health(?:Indicator|Contributor)?)?\\(|class (\\w+)Health implements HealthIndicator"
                    + "|@Component\\(\"(\\w+)HealthIndicator\"\\)");

    private static Map<String, List<String[]>> tables;

    /** The cells of each row, by the heading of the table. */
    @BeforeAll
    static void read() throws IOException {
        tables = new TreeMap<>();
        String heading = "";
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("## ")) {
                heading = line.substring(3);
            } else if (line.startsWith("| ") && !line.matches("\\| (alert|component|type|symptom) \\|.*")) {
                tables.computeIfAbsent(heading, any -> new ArrayList<>())
                        .add(line.substring(2).split(" ?\\| ?"));
            }
        }
    }

    private static Set<String> first(String heading) {
        return tables.get(heading).stream()
                .map(cells -> cells[0].replace("`", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void every_alert_has_a_row() throws IOException {
        Set<String> alerts = new TreeSet<>();
        new YAMLMapper()
                .readTree(new File("config/prometheus/alerts.yml"))
                .findValues("alert")
                .forEach(alert -> alerts.add(alert.asText()));
        assertThat(first("Alerts")).isEqualTo(alerts).hasSizeGreaterThan(15);
    }

    @Test
    void every_problem_type_has_a_row() {
        assertThat(first("Problem types of the API"))
                .isEqualTo(Stream.of(ProblemType.values())
                        .map(type -> type.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void every_part_of_health_has_a_row() throws IOException {
        Set<String> parts = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    sources.filter(one -> one.toString().endsWith(".java")).toList()) {
                HEALTH.matcher(Files.readString(file)).results().forEach(found -> {
                    String name = Stream.of(found.group(1), found.group(2), found.group(3))
                            .filter(Objects::nonNull)
                            .findFirst()
                            .orElseThrow();
                    parts.add(Character.toLowerCase(name.charAt(0)) + name.substring(1));
                });
            }
        }
        assertThat(first("Health components that are not UP")).isEqualTo(parts).contains("stages", "outbox", "redis");
    }

    @Test
    void every_row_says_what_to_do_and_names_tests_that_exist() throws IOException {
        Map<String, String> sources;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            sources = files.filter(one -> one.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            one -> one.getFileName().toString().replace(".java", ""),
                            SymptomsTest::text,
                            String::concat));
        }
        assertThat(tables).hasSize(4);
        tables.forEach((heading, rows) -> assertThat(rows).allSatisfy(cells -> {
            assertThat(cells).as("%s: %s", heading, cells[0]).hasSize(heading.equals("Command line") ? 3 : 4);
            assertThat(cells).allSatisfy(cell -> assertThat(cell).isNotBlank());
            var test = TEST.matcher(cells[cells.length - 1].replace("`", ""));
            assertThat(test.matches()).as(cells[cells.length - 1]).isTrue();
            assertThat(sources).containsKey(test.group("type"));
            if (test.group("method") != null) {
                assertThat(sources.get(test.group("type"))).contains("void " + test.group("method") + "(");
            }
        }));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
