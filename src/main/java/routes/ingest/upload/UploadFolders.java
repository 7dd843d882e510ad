package routes.ingest.upload;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * The folders of uploads, each with an unguessable name. A folder exists from the first byte of the upload to the end of the
 * import, across restarts.
 */
@Component
public final class UploadFolders {
    private static final Logger LOG = LoggerFactory.getLogger(UploadFolders.class);

    private final Path root;

    /**
     * @param importDir the folder for imports; uploads are stored in a subfolder
     */
    public UploadFolders(@Value("${import.dir}") Path importDir) {
        root = in(importDir.toAbsolutePath().normalize());
    }

    /** The folder for uploads inside the folder for imports. */
    public static Path in(Path importDir) {
        return importDir.resolve("uploads");
    }

    /**
     * The folder of an upload in progress. {@link #close} deletes it unless it was kept. Its lock shows other processes that the
     * folder is in use; the lock is released when the process dies.
     */
    public static final class Folder implements AutoCloseable {
        private final Path folder;
        private final FileChannel lock;
        private boolean isKept;

        private Folder(Path folder, FileChannel lock) {
            this.folder = folder;
            this.lock = lock;
        }

        /** The target folder of the unpacked export. */
        public Path exportFolder() {
            return folder.resolve("export");
        }

        /** Keeps the folder, because an import refers to it. */
        public void keep() {
            isKept = true;
        }

        @Override
        public void close() {
            try (lock) {
                if (!isKept) {
                    delete(folder);
                }
            } catch (IOException e) {
                LOG.warn("Cannot unlock {}: {}", folder, e.toString());
            }
        }
    }

    public Folder create() throws IOException {
        Path folder = root.resolve(UUID.randomUUID().toString());
        Files.createDirectories(folder.resolve("export"));
        return lock(folder).orElseThrow(() -> new IOException(folder + " cannot be locked"));
    }

    /** Deletes the folder of an uploaded export after its import. Files outside the upload folder are not deleted. */
    public void release(Path export) {
        if (export.startsWith(root) && !export.equals(root)) {
            delete(root.resolve(root.relativize(export).getName(0)));
        }
    }

    /**
     * Deletes folders of processes that died during an upload.
     *
     * @param isNeeded whether an unfinished import refers to the folder; called while the folder is locked
     */
    public void sweep(Predicate<Path> isNeeded) {
        File[] folders = root.toFile().listFiles(File::isDirectory);
        for (Path folder :
                Stream.ofNullable(folders).flatMap(Stream::of).map(File::toPath).toList()) {
            try (Folder left = lock(folder).orElse(null)) {
                if (left != null && isNeeded.test(folder)) {
                    left.keep();
                } else if (left != null) {
                    LOG.info("Removed an unfinished upload: {}", folder);
                }
            } catch (IOException e) {
                LOG.warn("Cannot lock {}: {}", folder, e.toString());
            }
        }
    }

    /** Returns an empty result if the folder is in use. */
    private static Optional<Folder> lock(Path folder) throws IOException {
        FileChannel channel = FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Folder locked = null;
        try {
            locked = channel.tryLock() == null ? null : new Folder(folder, channel);
        } catch (OverlappingFileLockException e) {
            // locked by this process
        } finally {
            if (locked == null) {
                channel.close();
            }
        }
        return Optional.ofNullable(locked);
    }

    private static void delete(Path folder) {
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            LOG.warn("Cannot remove {}; retrying at the next start: {}", folder, e.toString());
        }
    }
}
