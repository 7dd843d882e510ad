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
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

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
    void ordersErrorsTemplatesProvidersAndStages() {
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
    void takesTheRouteIdFromTheFileName() {
        assertThat(resolve("").files())
                .extracting(RouteFile::routeId)
                .containsExactly("errors", "stage.template", "llm-local", "ingest", "tagging", "indexing");
    }

    @Test
    void findsBuiltInFilesInsideAJar() throws IOException {
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
    void replacesABuiltInFileByOneOfTheSameName() throws IOException {
        write(overrides, "30-tagging.camel.yaml", "mine");

        RouteFile tagging = file(resolve(""), "tagging");

        assertThat(tagging.text()).isEqualTo("mine");
        assertThat(tagging.origin()).isEqualTo(RouteFile.Origin.OVERRIDE);
        assertThat(tagging.location())
                .isEqualTo(overrides.resolve("30-tagging.camel.yaml").toString());
        assertThat(resolve("").files()).hasSize(6);
    }

    @Test
    void replacesABuiltInFileByOneWithoutTheNumericPrefixAndKeepsItsPlace() throws IOException {
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
    void bringsTheBuiltInFileBackWhenTheOverrideIsGone() throws IOException {
        Path mine = write(overrides, "30-tagging.camel.yaml", "mine");
        resolve("");
        Files.delete(mine);

        assertThat(file(resolve(""), "tagging").text()).isEqualTo("built in");
    }

    @Test
    void addsOtherFiles() throws IOException {
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
    void leavesOutStagesThatPipelineRoutesDoesNotName() {
        RouteSet set = resolve("tagging, indexing");

        assertThat(set.files())
                .extracting(RouteFile::routeId)
                .containsExactly("errors", "stage.template", "llm-local", "tagging", "indexing");
        assertThat(set.complete()).isFalse();
    }

    @Test
    void runsAnAddedStageOnlyWhenPipelineRoutesIsEmptyOrNamesIt() throws IOException {
        write(overrides, "35-sentiment.camel.yaml", "mine");

        assertThat(resolve("").files()).extracting(RouteFile::routeId).contains("sentiment");
        assertThat(resolve("tagging").files()).extracting(RouteFile::routeId).doesNotContain("sentiment");
        assertThat(resolve("sentiment").files())
                .extracting(RouteFile::routeId)
                .contains("sentiment")
                .doesNotContain("tagging");
    }

    @Test
    void acceptsAStageWithoutRouteFile() {
        assertThat(resolve("api").files())
                .extracting(RouteFile::routeId)
                .containsExactly("errors", "stage.template", "llm-local");
    }

    @Test
    void refusesUnknownStagesAndNamesTheKnownOnes() throws IOException {
        write(overrides, "35-sentiment.camel.yaml", "mine");

        assertThatThrownBy(() -> resolve("tagging,tagign,sentiments"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("PIPELINE_ROUTES: unknown stage sentiments, tagign; known are ingest, ")
                .hasMessageContaining(", api, sentiment;");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vision", "retagging", "album-assembler", "crawl", "trends", "digest"})
    void refusesAStageThatIsNotBuiltYetUnlessTheFolderAddsIt(String stage) throws IOException {
        assertThatThrownBy(() -> resolve("tagging," + stage))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("PIPELINE_ROUTES: not built yet: " + stage + "; known are ingest, ");

        write(overrides, "40-" + stage + ".camel.yaml", "mine");
        assertThat(resolve(stage).files()).extracting(RouteFile::routeId).contains(stage);
    }

    @Test
    void everyKnownStageHasItsRouteFile() throws IOException {
        var shipped = new RouteFiles(new PathMatchingResourcePatternResolver(), overrides)
                .resolve(PipelineStages.all()).files();

        assertThat(shipped)
                .extracting(RouteFile::routeId)
                .containsAll(PipelineStages.KNOWN.stream()
                        .filter(stage -> !stage.equals("api"))
                        .toList());
    }

    @Test
    void reportsTwoOverridesOfTheSameFile() throws IOException {
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
    void reportsAFileThatWouldSilentlyNotBeLoaded() throws IOException {
        write(overrides, "30-tagging.yaml", "mine");
        write(overrides, "README.md", "no route");

        assertThat(resolve("").problems())
                .containsExactly(new RouteProblem(
                        overrides.resolve("30-tagging.yaml").toString(),
                        0,
                        0,
                        "is not loaded: the name of a route file ends with .camel.yaml"));
    }

    @Test
    void doesNotReadAFileWithoutLimit() throws IOException {
        write(overrides, "30-tagging.camel.yaml", "#".repeat(RouteFiles.MAX_BYTES + 1));

        assertThatThrownBy(() -> resolve(""))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("30-tagging.camel.yaml")
                .hasRootCauseMessage("Route file 30-tagging.camel.yaml is larger than 1048576 bytes");
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
