package routes.ingest.upload;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * The folder of an upload in progress. {@link #close} deletes it unless it is to be kept. Its lock shows other processes that it is
 * in use, and is released when the process dies.
 */
public final class UploadFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UploadFolder.class);
    private static final String LOCK = "lock";

    private final Path folder;
    private final FileChannel lock;
    private boolean isKept;

    private UploadFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    static UploadFolder create(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("export"));
        return lock(folder).orElseThrow(() -> new IOException(folder + " cannot be locked"));
    }

    /** Empty if it is in use. */
    static Optional<UploadFolder> lock(Path folder) throws IOException {
        FileChannel channel = FileChannel.open(
                folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new UploadFolder(folder, channel));
            }
        } catch (OverlappingFileLockException e) {
            // held by this process
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    /** Where the files of the export go. */
    public Path exportFolder() {
        return folder.resolve("export");
    }

    /** Keeps the folder: an import refers to it. */
    public void keep() {
        isKept = true;
    }

    @Override
    public void close() {
        try (lock) {
            if (!isKept) {
                FileSystemUtils.deleteRecursively(folder);
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be removed; it is tried again at the next start: {}", folder, e.toString());
        }
    }
}
