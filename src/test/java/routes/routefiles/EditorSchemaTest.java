package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What editors say of route files: they know Camel's schema, and no setting by name. */
class EditorSchemaTest {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{[^}]+}}");

    private static JsonSchema schema;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                EditorSchemaTest.class.getResourceAsStream("/schema/camelYamlDsl.json"), "Camel's schema")) {
            schema = JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(new ObjectMapper().readTree(in));
        }
    }

    static List<Path> files() throws IOException {
        try (Stream<Path> builtIn = Files.walk(Path.of("src/main/resources/routes"));
                Stream<Path> examples = Files.walk(Path.of("config/routes/examples"))) {
            return Stream.concat(builtIn, examples)
                    .filter(file -> file.toString().endsWith(RouteFile.SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> problems(JsonNode document) {
        return schema.validate(document).stream()
                // an editor cannot know the type of what a placeholder stands for
                .filter(message -> !PLACEHOLDER
                        .matcher(
                                message.getInstanceNode() == null
                                        ? ""
                                        : message.getInstanceNode().asText())
                        .matches())
                .map(message -> message.getInstanceLocation() + " " + message.getMessage())
                .sorted()
                .toList();
    }

    @Test
    void the_settings_of_a_checkout_are_those_of_the_documentation_and_name_the_schema() throws IOException {
        String settings = Files.readString(Path.of(".vscode/settings.json"));
        assertThat(Files.readString(Path.of("docs/editors.md")))
                .contains("```json\n" + settings + "```", "schema/camelYamlDsl.json -d .vscode");
        assertThat(new ObjectMapper()
                        .readTree(settings)
                        .path("yaml.schemas")
                        .path("./.vscode/camelYamlDsl.json")
                        .path(0)
                        .asText())
                .isEqualTo("*" + RouteFile.SUFFIX);
        assertThat(new ObjectMapper()
                        .readTree(Path.of(".vscode/extensions.json").toFile())
                        .path("recommendations"))
                .isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void editors_find_nothing_wrong_with_a_route_file_of_the_product(Path file) throws IOException {
        assertThat(problems(YAML.readTree(file.toFile()))).isEmpty();
    }

    @Test
    void editors_find_what_is_wrong() throws IOException {
        String route = Files.readString(Path.of("config/routes/examples/daily-count.camel.yaml"));
        assertThat(problems(YAML.readTree(route.replace("uri: timer", "urri: timer"))).stream()
                        .collect(Collectors.joining()))
                .contains("uri");
        String loop = Files.readString(Path.of("src/main/resources/routes/07-llm.camel.yaml"));
        assertThat(loop).contains("doWhile: true");
        assertThat(problems(YAML.readTree(loop.replace("doWhile: true", "doWhile: \"true\"")))
                        .toString())
                .contains("doWhile");
        assertThat(problems(YAML.readTree(loop.replace("doWhile: true", "doWhile: 1"))))
                .isNotEmpty();
    }
}
