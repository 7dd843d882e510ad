package routes.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import routes.configuration.ConfigurationException;

/**
 * The folder of everything that is kept, held by one process at a time. The operating system gives the lock back when
 * the process ends, however it ends.
 */
public final class DataFolder implements AutoCloseable {
    private static final String LOCK_FILE = "process.lock";

    private final Path path;
    private final FileChannel channel;

    /**
     * @throws ConfigurationException when the folder cannot be written or another process holds it
     */
    public DataFolder(Path dir) {
        path = dir.toAbsolutePath().normalize();
        try {
            Files.createDirectories(path);
            channel = FileChannel.open(
                    path.resolve(LOCK_FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "DATA_DIR=" + path + ": the folder cannot be written (" + e
                            + "); make it writable or choose another",
                    e);
        }
        try {
            if (lock() == null) {
                throw new ConfigurationException("DATA_DIR=" + path + ": the folder is in use by process " + owner()
                        + "; stop that process or choose another folder");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        } catch (IOException e) {
            close();
            throw new ConfigurationException(
                    "DATA_DIR=" + path + ": the folder cannot be locked (" + e
                            + "); it must be on a local disk with room",
                    e);
        } catch (ConfigurationException e) {
            close();
            throw e;
        }
    }

    private FileLock lock() throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private String owner() throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        channel.read(pid, 0);
        return new String(pid.array(), 0, pid.position(), StandardCharsets.UTF_8);
    }

    public Path path() {
        return path;
    }

    /** A sub-folder, made when it is not there. */
    public Path folder(String name) {
        Path folder = path.resolve(name);
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ConfigurationException(folder + ": the folder cannot be made (" + e + ")", e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("The lock of " + path + " cannot be released", e);
        }
    }
}
