package routes.ingest.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadFoldersTest {
    @TempDir
    Path importDir;

    private UploadFolders folders;

    @BeforeEach
    void none() {
        folders = new UploadFolders(importDir);
    }

    @Test
    void the_folder_of_an_upload_that_fails_goes_with_everything_in_it() throws IOException {
        try (UploadFolders.Folder folder = folders.create()) {
            Files.createDirectories(folder.exportFolder().resolve("photos"));
            Files.writeString(folder.exportFolder().resolve("photos/a"), "x");
        }

        assertThat(importDir.resolve("uploads")).isEmptyDirectory();
    }

    @Test
    void the_folder_of_an_import_stays_until_the_import_is_over() throws IOException {
        Path export = kept();
        assertThat(export).exists();

        folders.release(export.resolve("ChatExport"));

        assertThat(importDir.resolve("uploads")).isEmptyDirectory();
    }

    @Test
    void exports_from_elsewhere_stay() throws IOException {
        Path export = Files.createDirectories(importDir.resolve("ChatExport"));

        folders.release(export);
        folders.release(importDir.resolve("uploads"));
        folders.release(Path.of("/"));

        assertThat(export).exists();
    }

    @Test
    void the_sweep_removes_what_no_import_needs() throws IOException {
        Path needed = kept();
        Path left = kept();

        folders.sweep(folder -> needed.startsWith(folder));

        assertThat(needed).exists();
        assertThat(left.getParent()).doesNotExist();
    }

    @Test
    void the_sweep_leaves_alone_what_is_being_uploaded() throws IOException {
        try (UploadFolders.Folder folder = folders.create()) {
            folders.sweep(any -> false);

            assertThat(folder.exportFolder()).exists();
        }
    }

    @Test
    void without_uploads_there_is_nothing_to_sweep() {
        folders.sweep(any -> false);

        assertThat(importDir).isEmptyDirectory();
    }

    private Path kept() throws IOException {
        try (UploadFolders.Folder folder = folders.create()) {
            folder.keep();
            return folder.exportFolder();
        }
    }
}
