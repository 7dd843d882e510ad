package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.events.Sha256;
import routes.routefiles.RouteFiles.RouteSet;

class RouteFilesTest {

    @TempDir
    Path folder;

    private Path builtIn;
    private Path overrides;

    @BeforeEach
    void builtInFiles() throws IOException {
        builtIn = folder.resolve("classes");
        overrides = folder.resolve("config/routes");
        for (String name : List.of(
                "60-indexing", "30-tagging", "05-stage.template", "00-errors", "10-ingest", "providers/llm-local")) {
            write(builtIn.resolve("routes"), name + ".camel.yaml", "built in");
        }
    }

    @Test
    void orders_errors_templates_providers_and_stages() {
        assertThat(resolve("").files())
                .extracting(RouteFile::location)
                .containsExactly(
                        "routes/00-errors.camel.yaml",
                        "routes/05-stage.template.camel.yaml",
                        "routes/providers/llm-local.camel.yaml",
                        "routes/10-ingest.camel.yaml",
                        "routes/30-tagging.camel.yaml",
                        "routes/60-indexing.camel.yaml");
    }

    @Test
    void takes_the_route_id_from_the_file_name() {
        assertThat(resolve("").files())
                .extracting(RouteFile::routeId)
                .containsExactly("errors", "stage.template", "llm-local", "ingest", "tagging", "indexing");
    }

    @Test
    void finds_built_in_files_inside_a_jar() throws IOException {
        Path jar = folder.resolve("app.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (String entry : List.of("routes/", "routes/30-tagging.camel.yaml", "routes/providers/")) {
                out.putNextEntry(new JarEntry(entry));
            }
            out.putNextEntry(new JarEntry("routes/providers/llm-local.camel.yaml"));
            out.write("in the jar".getBytes(StandardCharsets.UTF_8));
        }

        List<RouteFile> files = resolve(jar, "").files();

        assertThat(files).extracting(RouteFile::routeId).containsExactly("llm-local", "tagging");
        assertThat(files.get(0).text()).isEqualTo("in the jar");
    }

    @Test
    void replaces_a_built_in_file_by_one_of_the_same_name() throws IOException {
        write(overrides, "30-tagging.camel.yaml", "mine");

        RouteFile tagging = file(resolve(""), "tagging");

        assertThat(tagging.text()).isEqualTo("mine");
        assertThat(tagging.origin()).isEqualTo(RouteFile.Origin.OVERRIDE);
        assertThat(tagging.location())
                .isEqualTo(overrides.resolve("30-tagging.camel.yaml").toString());
        assertThat(resolve("").files()).hasSize(6);
    }

    @Test
    void replaces_a_built_in_file_by_one_without_the_numeric_prefix_and_keeps_its_place() throws IOException {
        write(overrides, "tagging.camel.yaml", "mine");
        write(overrides, "errors.camel.yaml", "mine");
        write(overrides, "llm-local.camel.yaml", "mine");

        assertThat(resolve("").files())
                .extracting(file -> file.routeId() + " " + file.text())
                .containsExactly(
                        "errors mine",
                        "stage.template built in",
                        "llm-local mine",
                        "ingest built in",
                        "tagging mine",
                        "indexing built in");
    }

    @Test
    void brings_the_built_in_file_back_when_the_override_is_gone() throws IOException {
        Path mine = write(overrides, "30-tagging.camel.yaml", "mine");
        resolve("");
        Files.delete(mine);

        assertThat(file(resolve(""), "tagging").text()).isEqualTo("built in");
    }

    @Test
    void adds_other_files() throws IOException {
        write(overrides, "35-sentiment.camel.yaml", "mine");
        write(overrides, "providers/llm-ours.camel.yaml", "mine");
        write(overrides, "glossary.camel.yaml", "mine");

        assertThat(resolve("").files())
                .extracting(RouteFile::routeId)
                .containsExactly(
                        "errors",
                        "stage.template",
                        "llm-local",
                        "llm-ours",
                        "ingest",
                        "tagging",
                        "sentiment",
                        "indexing",
                        "glossary");
        assertThat(file(resolve(""), "sentiment").origin()).isEqualTo(RouteFile.Origin.ADDED);
    }

    @Test
    void leaves_out_stages_that_pipeline_routes_does_not_name() {
        assertThat(resolve("tagging, indexing").files())
                .extracting(RouteFile::routeId)
                .containsExactly("errors", "stage.template", "llm-local", "tagging", "indexing");
    }

    @Test
    void runs_an_added_stage_only_when_pipeline_routes_is_empty_or_names_it() throws IOException {
        write(overrides, "35-sentiment.camel.yaml", "mine");

        assertThat(resolve("").files()).extracting(RouteFile::routeId).contains("sentiment");
        assertThat(resolve("tagging").files()).extracting(RouteFile::routeId).doesNotContain("sentiment");
        assertThat(resolve("sentiment").files())
                .extracting(RouteFile::routeId)
                .contains("sentiment")
                .doesNotContain("tagging");
    }

    @Test
    void accepts_a_stage_without_route_file() {
        assertThat(resolve("api").files())
                .extracting(RouteFile::routeId)
                .containsExactly("errors", "stage.template", "llm-local");
    }

    @Test
    void refuses_unknown_stages_and_names_the_known_ones() throws IOException {
        write(overrides, "35-sentiment.camel.yaml", "mine");

        assertThatThrownBy(() -> resolve("tagging,tagign,sentiments"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("PIPELINE_ROUTES: unknown stage sentiments, tagign; the stages are ingest, ")
                .hasMessageContaining(", api, sentiment;");
    }

    @Test
    void every_known_stage_has_its_route_file() throws IOException {
        var shipped = new RouteFiles(new PathMatchingResourcePatternResolver(), overrides)
                .resolve(PipelineStages.all())
                .files();

        assertThat(shipped)
                .extracting(RouteFile::routeId)
                .containsAll(PipelineStages.KNOWN.stream()
                        .filter(stage -> !stage.equals("api"))
                        .toList());
    }

    @Test
    void every_stage_of_the_specification_can_be_selected() {
        String stages =
                "ingest, post-persistence, tagging, tag-persistence, vision, retagging, album-assembler, crawl-trigger,"
                        + " enrichment, crawl, indexing, trends, digest, cleanup, schedule, api";

        PipelineStages.parse(stages).check(Set.of());
    }

    @Test
    void reports_two_overrides_of_the_same_file() throws IOException {
        write(overrides, "30-tagging.camel.yaml", "one");
        write(overrides, "tagging.camel.yaml", "two");

        assertThat(resolve("").problems())
                .extracting(RouteProblem::message)
                .singleElement()
                .asString()
                .startsWith("has the same name as ")
                .endsWith("30-tagging.camel.yaml: remove one");
    }

    @Test
    void reports_a_file_that_would_silently_not_be_loaded() throws IOException {
        write(overrides, "30-tagging.yaml", "mine");
        write(overrides, "README.md", "no route");

        assertThat(resolve("").problems())
                .containsExactly(new RouteProblem(
                        overrides.resolve("30-tagging.yaml").toString(),
                        0,
                        0,
                        "is not loaded: the name of a route file must end with .camel.yaml"));
    }

    @Test
    void warns_of_a_replacement_whose_built_in_file_has_changed() throws IOException {
        String hash = Sha256.hex("built in").substring(0, 12);
        write(overrides, "30-tagging.camel.yaml", "# based on 0123456789ab\nmine");
        write(overrides, "indexing.camel.yaml", "mine\n  # based on " + hash + "\n# based on " + hash + "  \n");
        write(overrides, "00-errors.camel.yaml", "mine, based on nothing");
        write(overrides, "sentiment.camel.yaml", "added");

        assertThat(outdated(false))
                .containsExactly(overrides.resolve("30-tagging.camel.yaml") + ": replaces another version of"
                        + " routes/30-tagging.camel.yaml (0123456789ab): compare the two files, then set '# based on "
                        + hash + "'");
        assertThat(outdated(true)).hasSize(2).anySatisfy(warning -> assertThat(warning)
                .startsWith(overrides.resolve("00-errors.camel.yaml") + ": does not specify which version")
                .contains("'# based on " + hash + "'"));
    }

    private List<String> outdated(boolean unmarked) throws IOException {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {builtIn.toUri().toURL()}, null)) {
            return new RouteFiles(new PathMatchingResourcePatternResolver(loader), overrides)
                    .outdated(unmarked).stream().map(RouteProblem::toString).toList();
        }
    }

    @Test
    void reads_the_streams_that_are_declared() throws IOException {
        write(
                overrides,
                "streams.yml",
                """
                # mine
                - name: alerts.raised
                  description: What is watched
                - name: posts.tagged
                  groups: [python_readers, "other.group"]
                """);
        Problems problems = new Problems();

        assertThat(OwnStreamsReader.declared(OwnFiles.read(overrides), problems))
                .isEqualTo(Map.of("alerts.raised", Set.of(), "posts.tagged", Set.of("python_readers", "other.group")));
        assertThat(problems.sorted()).isEmpty();
        assertThat(resolve("").problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "- nmae: a.b # 1:3: a stream requires a name",
                "alerts.raised: {} # 1:1: the file must contain a list of streams",
                "- alerts.raised # 1:3: a stream requires a name",
                "- name: Alerts Raised # 1:9: 'Alerts Raised' is not a valid stream name",
                "- name: stream:posts:tagged # 1:9: 'stream:posts:tagged' is not a valid stream name",
                "- name: posts.tagged.dlq # 1:9: 'posts.tagged.dlq' is reserved for dead letters",
                "- {name: a.b, group: x} # 1:15: unknown key 'group' (did you mean 'groups'?)",
                "- {name: a.b, groups: x} # 1:15: 'groups' must be a list",
                "- {name: a.b, groups: [a b]} # 1:24: the name of a consumer group must consist of",
                "[{name: a.b}, {name: a.b}] # 1:22: stream 'a.b' is declared twice",
                "- name: 'x # 1:9: invalid YAML"
            })
    void reports_what_is_wrong_with_declared_streams(String text, String problem) throws IOException {
        Path file = write(overrides, "streams.yml", text);

        assertThat(resolve("").problems())
                .extracting(RouteProblem::toString)
                .singleElement()
                .asString()
                .startsWith(file + ":" + problem);
    }

    @Test
    void an_empty_file_of_streams_declares_none() throws IOException {
        write(overrides, "streams.yml", "# none yet\n\n");

        assertThat(resolve("").problems()).isEmpty();
    }

    @Test
    void does_not_read_a_file_without_limit() throws IOException {
        Path file = write(overrides, "30-tagging.camel.yaml", "#".repeat(OwnFiles.MAX_BYTES + 1));

        assertThat(resolve("").problems())
                .containsExactly(
                        new RouteProblem(file.toString(), 0, 0, "is not loaded: it is larger than 1048576 bytes"));
    }

    private RouteSet resolve(String stages) {
        return resolve(builtIn, stages);
    }

    private RouteSet resolve(Path classPath, String stages) {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classPath.toUri().toURL()}, null)) {
            return new RouteFiles(new PathMatchingResourcePatternResolver(loader), overrides)
                    .resolve(PipelineStages.parse(stages));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RouteFile file(RouteSet set, String routeId) {
        return set.files().stream()
                .filter(file -> file.routeId().equals(routeId))
                .findFirst()
                .orElseThrow();
    }

    private static Path write(Path folder, String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
