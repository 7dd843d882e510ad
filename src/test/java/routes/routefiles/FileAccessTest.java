package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which files of the override folder are not loaded because of who may have written them. */
class FileAccessTest {
    private static final String NAME = "mine.camel.yaml";

    @TempDir
    Path folder;

    private Path own;

    @BeforeEach
    void aFolder() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("unix"));
        own = folder.resolve("config/routes");
        Files.createDirectories(own.resolve("providers"));
        for (Path each : new Path[] {own, own.resolve("providers")}) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static Path write(Path file, String permissions) throws IOException {
        Files.writeString(file, "mine");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private void assertRefused(String path, String... words) {
        OwnFiles files = OwnFiles.read(own);
        assertThat(files.texts()).doesNotContainKey(path);
        assertThat(files.refused().get(path)).startsWith("is not loaded: ").contains(words);
    }

    @ParameterizedTest
    @CsvSource({"rw-r--r--", "rw-------", "r--r--r--", "rwxr-xr-x"})
    void a_file_that_only_its_owner_writes_is_loaded(String permissions) throws IOException {
        write(own.resolve(NAME), permissions);
        write(own.resolve("providers/" + NAME), permissions);

        assertThat(OwnFiles.read(own).texts()).containsOnlyKeys(NAME, "providers/" + NAME);
        assertThat(OwnFiles.read(own).refused()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"rw-rw-r--, its group", "rw-r--rw-, all users", "rw-rw-rw-, all users"})
    void a_file_that_others_write_is_refused(String permissions, String who) throws IOException {
        Path file = write(own.resolve(NAME), permissions);

        assertRefused(NAME, "it can be written by " + who, "chmod go-w " + file);
    }

    @ParameterizedTest
    @CsvSource({"'', mine.camel.yaml", "providers, providers/mine.camel.yaml", "'', providers/mine.camel.yaml"})
    void a_folder_that_others_write_has_no_files(String part, String path) throws IOException {
        write(own.resolve(path), "rw-r--r--");
        Path open = own.resolve(part);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertRefused(path, "the folder", "can be written by all users: chmod go-w ");
    }

    @Test
    void a_link_out_of_the_folder_is_refused_and_one_within_is_loaded() throws IOException {
        Path outside = write(folder.resolve("outside.yaml"), "rw-r--r--");
        Files.createSymbolicLink(own.resolve("out.camel.yaml"), outside);
        Path version = Files.createDirectory(own.resolve("..version"));
        write(version.resolve(NAME), "rw-r--r--");
        // as Kubernetes mounts a ConfigMap
        Files.createSymbolicLink(own.resolve("..data"), Path.of("..version"));
        Files.createSymbolicLink(own.resolve(NAME), Path.of("..data/" + NAME));
        Files.createSymbolicLink(own.resolve("gone.camel.yaml"), Path.of("nowhere"));

        assertRefused("out.camel.yaml", "symbolic link to a path outside " + own);
        assertThat(OwnFiles.read(own).texts()).containsOnlyKeys(NAME);
    }

    @Test
    void a_folder_of_providers_that_is_a_link_is_refused() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        write(elsewhere.resolve(NAME), "rw-r--r--");
        Files.delete(own.resolve("providers"));
        Files.createSymbolicLink(own.resolve("providers"), elsewhere);

        assertRefused("providers/" + NAME, "symbolic link to a path outside " + own);
    }

    @Test
    void a_file_of_another_user_is_refused() throws IOException {
        Path file = write(own.resolve(NAME), "rw-r--r--");
        assumeTrue(System.getProperty("user.name").equals("root"), "only root gives files away");
        Files.setAttribute(file, "unix:uid", 65534);

        assertRefused(NAME, "it belongs to the user ", "neither the user of this process nor root: chown 0 " + file);
    }

    @Test
    void a_file_that_is_no_text_is_refused() throws IOException {
        Path file = write(own.resolve(NAME), "rw-r--r--");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});

        assertRefused(NAME, "not UTF-8");
    }

    @Test
    void a_refused_file_is_told_by_validation_and_leaves_the_rest() throws IOException {
        write(own.resolve(NAME), "rw-rw-rw-");
        write(own.resolve("streams.yml"), "rw-rw-rw-");

        OwnFiles files = OwnFiles.read(own);

        assertThat(files.streams()).isEmpty();
        assertThat(files.refused()).containsOnlyKeys(NAME, "streams.yml");
    }
}
