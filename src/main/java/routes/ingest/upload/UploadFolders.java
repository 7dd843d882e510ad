package routes.ingest.upload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * The folders of uploads, each with an unguessable name. A folder exists from the first byte of its upload to the end of its import,
 * across restarts.
 */
public final class UploadFolders {
    private static final Logger LOG = LoggerFactory.getLogger(UploadFolders.class);
    private static final String NAME = "uploads";

    private final Path root;

    /**
     * @param importDir the folder for imports; uploads have their own folder in it
     */
    public UploadFolders(Path importDir) {
        root = in(importDir.toAbsolutePath().normalize());
    }

    /** The folder for uploads inside the folder for imports. */
    public static Path in(Path importDir) {
        return importDir.resolve(NAME);
    }

    public UploadFolder create() throws IOException {
        return UploadFolder.create(root.resolve(UUID.randomUUID().toString()));
    }

    /** The import is over: deletes its folder if the export was uploaded. Files from elsewhere stay. */
    public void release(Path export) {
        if (!export.startsWith(root) || export.equals(root)) {
            return;
        }
        Path folder = root.resolve(root.relativize(export).getName(0));
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            LOG.warn("{} cannot be removed; it is tried again at the next start: {}", folder, e.toString());
        }
    }

    /**
     * Removes folders of processes that died during an upload.
     *
     * @param isNeeded whether an unfinished import refers to something in the folder; called while no one else uses it
     */
    public void sweep(Predicate<Path> isNeeded) {
        for (Path folder : folders()) {
            try {
                UploadFolder.lock(folder).ifPresent(left -> {
                    try (left) {
                        if (isNeeded.test(folder)) {
                            left.keep();
                        } else {
                            LOG.info("An unfinished upload is removed: {}", folder);
                        }
                    }
                });
            } catch (IOException e) {
                LOG.warn("{} cannot be looked at: {}", folder, e.toString());
            }
        }
    }

    private List<Path> folders() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(root)) {
            return folders.filter(Files::isDirectory).toList();
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", root, e.toString());
            return List.of();
        }
    }
}
