package routes.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import routes.api.http.ProblemType;
import routes.ingest.upload.UploadFolders;

/** The import folder: the only folder from which the API imports exports. */
@Component
final class ImportDirectory {

    private static final String REMEDY = "Put the export under IMPORT_DIR and send its path relative to that folder.";

    private final Path root;

    ImportDirectory(@Value("${import.dir}") Path root) {
        this.root = root;
    }

    /**
     * @param path relative to the folder. After symbolic links are resolved it must be inside the folder, but not in the uploads folder,
     *     because uploads belong to the user who uploaded them.
     * @throws org.springframework.web.ErrorResponseException status 422
     */
    Path resolve(String path) {
        try {
            Path folder = root.toRealPath();
            Path file = folder.resolve(path).normalize();
            Path uploads = UploadFolders.in(folder);
            if (!file.startsWith(folder) || file.startsWith(uploads)) {
                throw refused("path is outside IMPORT_DIR, or in the uploads folder");
            }
            // the path may be a folder with a symbolic link inside
            for (Path read : List.of(file, file.resolve("result.json"))) {
                if (Files.exists(read) && (!read.toRealPath().startsWith(folder) || isIn(uploads, read.toRealPath()))) {
                    throw refused(
                            "path contains a symbolic link that leads outside IMPORT_DIR, or into the uploads folder");
                }
            }
            return file.toRealPath();
        } catch (InvalidPathException | IOException e) {
            throw refused("path does not exist in IMPORT_DIR, or cannot be read");
        }
    }

    /** Returns the name of a file in the API: its path relative to the folder, or only the file name if the file is elsewhere. */
    String name(Path file) {
        Path folder = root.toAbsolutePath().normalize();
        try {
            folder = folder.toRealPath();
        } catch (IOException e) {
            // the folder no longer exists; use the unresolved path
        }
        return (file.startsWith(folder) ? folder.relativize(file) : file.getFileName()).toString();
    }

    private static boolean isIn(Path folder, Path file) throws IOException {
        return Files.exists(folder) && file.startsWith(folder.toRealPath());
    }

    private static RuntimeException refused(String why) {
        return ProblemType.INVALID_VALUE.exception("path", why, REMEDY);
    }
}
