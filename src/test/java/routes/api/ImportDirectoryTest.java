package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.ErrorResponseException;

class ImportDirectoryTest {

    @TempDir
    Path temporary;

    private Path root;
    private Path export;

    @BeforeEach
    void anExportInTheFolderAndASecretBesideIt() throws IOException {
        root = Files.createDirectories(temporary.resolve("imports"));
        export = Files.createDirectories(root.resolve("ChatExport")).resolve("result.json");
        Files.writeString(export, "{}");
        Files.writeString(temporary.resolve("secret"), "x");
        Files.createDirectories(temporary.resolve("imports-other"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ChatExport/result.json", "./ChatExport/../ChatExport/result.json"})
    void a_file_in_the_folder_is_taken(String path) throws IOException {
        assertThat(new ImportDirectory(root).resolve(path)).isEqualTo(export.toRealPath());
    }

    @Test
    void a_folder_in_the_folder_is_taken() throws IOException {
        assertThat(new ImportDirectory(root).resolve("ChatExport"))
                .isEqualTo(export.getParent().toRealPath());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret",
                "ChatExport/../../secret",
                "/etc/passwd",
                "../imports-other",
                "..",
                "a\0b",
                "ChatExport/result.json\0.png",
                "..%2Fsecret",
                "%2e%2e/secret",
                "file:///etc/passwd",
                "~/secret",
                "missing"
            })
    void a_path_that_leaves_the_folder_or_leads_nowhere_is_refused(String path) {
        assertThatThrownBy(() -> new ImportDirectory(root).resolve(path)).isInstanceOf(ErrorResponseException.class);
    }

    @Test
    void a_symbolic_link_out_of_the_folder_is_refused() throws IOException {
        Files.createSymbolicLink(root.resolve("link"), temporary);

        assertThatThrownBy(() -> new ImportDirectory(root).resolve("link/secret"))
                .isInstanceOf(ErrorResponseException.class)
                .hasMessageContaining("symbolic link");
    }

    @Test
    void a_symbolic_link_in_the_middle_of_a_path_is_followed_before_it_is_judged() throws IOException {
        Path inside = Files.createDirectories(root.resolve("a"));
        Files.createSymbolicLink(inside.resolve("up"), Path.of("../.."));
        Files.createSymbolicLink(inside.resolve("again"), Path.of("../ChatExport"));

        assertThatThrownBy(() -> new ImportDirectory(root).resolve("a/up/secret"))
                .isInstanceOf(ErrorResponseException.class);
        assertThat(new ImportDirectory(root).resolve("a/again/result.json")).isEqualTo(export.toRealPath());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uploads",
                "uploads/1/export",
                "uploads/1/export/result.json",
                "./ChatExport/../uploads/1/export",
                "uploads//1//export",
                "link/1/export",
                "export/result.json",
                "linked"
            })
    void what_somebody_uploaded_is_nobody_elses_to_import(String path) throws IOException {
        Path upload = Files.createDirectories(root.resolve("uploads/1/export"));
        Path result = Files.writeString(upload.resolve("result.json"), "{}");
        Files.createSymbolicLink(root.resolve("link"), root.resolve("uploads"));
        Files.createSymbolicLink(root.resolve("export"), upload);
        Files.createSymbolicLink(Files.createDirectories(root.resolve("linked")).resolve("result.json"), result);

        assertThatThrownBy(() -> new ImportDirectory(root).resolve(path))
                .isInstanceOf(ErrorResponseException.class)
                .hasMessageContaining("uploads");
    }

    @Test
    void what_somebody_uploaded_stays_theirs_where_the_folder_of_uploads_is_a_link() throws IOException {
        Path elsewhere = Files.createDirectories(root.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("result.json"), "{}");
        Files.createSymbolicLink(root.resolve("uploads"), elsewhere);

        assertThatThrownBy(() -> new ImportDirectory(root).resolve("uploads/result.json"))
                .isInstanceOf(ErrorResponseException.class);
        assertThatThrownBy(() -> new ImportDirectory(root).resolve("elsewhere"))
                .isInstanceOf(ErrorResponseException.class);
    }

    @Test
    void a_folder_whose_export_is_a_link_out_of_the_folder_is_refused() throws IOException {
        Path folder = Files.createDirectories(root.resolve("linked"));
        Files.createSymbolicLink(folder.resolve("result.json"), temporary.resolve("secret"));

        assertThatThrownBy(() -> new ImportDirectory(root).resolve("linked"))
                .isInstanceOf(ErrorResponseException.class);
    }

    @Test
    void a_file_is_called_by_its_place_in_the_folder_and_one_from_elsewhere_by_its_name_alone() throws IOException {
        var directory = new ImportDirectory(root);

        assertThat(directory.name(export.toRealPath())).isEqualTo("ChatExport/result.json");
        assertThat(directory.name(temporary.resolve("secret"))).isEqualTo("secret");
    }

    @Test
    void the_folder_itself_may_be_a_symbolic_link() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("linked"), root);

        assertThat(new ImportDirectory(link).resolve("ChatExport/result.json")).isEqualTo(export.toRealPath());
    }

    @Test
    void without_the_folder_every_path_is_refused() {
        assertThatThrownBy(() -> new ImportDirectory(temporary.resolve("none")).resolve("result.json"))
                .isInstanceOf(ErrorResponseException.class);
    }
}
