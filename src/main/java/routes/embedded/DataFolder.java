package routes.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import routes.configuration.ConfigurationException;

/**
 * The folder of all persistent data. One process at a time holds it. The operating system releases the lock when the process ends, in any
 * way. Folders that the program creates here are accessible only to its user.
 */
public final class DataFolder implements AutoCloseable {
    private static final String LOCK_FILE = "process.lock";
    private static final String FOLDER_MODE = "rwx------";
    private static final String FILE_MODE = "rw-------";

    /** Folders that earlier versions left accessible to other users. */
    private static final List<String> OPEN_BEFORE = List.of(".unfinished", "index", "media", "vision");

    /**
     * @param dir directory for all persistent data: embedded services, media files and the index
     */
    @ConfigurationProperties("data")
    public record DataProperties(@DefaultValue("data") Path dir) {}

    private final Path path;
    private final FileChannel channel;

    /**
     * @throws ConfigurationException if the folder cannot be written or another process holds it
     */
    public DataFolder(Path dir) {
        path = dir.toAbsolutePath().normalize();
        try {
            if (Files.notExists(path)) {
                restrict(Files.createDirectories(path), FOLDER_MODE);
            }
            channel = FileChannel.open(
                    path.resolve(LOCK_FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            // another user who can open the file could lock it
            restrict(path.resolve(LOCK_FILE), FILE_MODE);
            for (String name : OPEN_BEFORE) {
                if (Files.isDirectory(path.resolve(name))) {
                    restrict(path.resolve(name), FOLDER_MODE);
                }
            }
        } catch (IOException e) {
            throw new ConfigurationException(
                    "DATA_DIR=" + path + ": the folder cannot be written (" + e
                            + "); make it writable or choose another folder",
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
        } catch (IOException | ConfigurationException e) {
            close();
            throw e instanceof ConfigurationException inUse
                    ? inUse
                    : new ConfigurationException(
                            "DATA_DIR=" + path + ": the folder cannot be locked (" + e
                                    + "); it must be on a local disk with free space",
                            e);
        }
    }

    /** Returns whether another process holds the folder. */
    static boolean isHeld(Path dir) {
        Path file = dir.toAbsolutePath().resolve(LOCK_FILE);
        if (Files.notExists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return true;
        } catch (IOException e) {
            throw new ConfigurationException("DATA_DIR=" + dir + ": the folder cannot be read (" + e + ")", e);
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

    /** Returns a subfolder with mode 0700, created if it does not exist. */
    public Path folder(String name) {
        Path folder = path.resolve(name);
        try {
            return restrict(Files.createDirectories(folder), FOLDER_MODE);
        } catch (IOException e) {
            throw new ConfigurationException(folder + ": the folder cannot be created (" + e + ")", e);
        }
    }

    /** Returns 256 random bits, in characters that need no quoting anywhere. */
    static String newPassword() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Replaces the file. It has mode 0600 before the text is written. */
    static void writeSecret(Path file, String text) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        restrict(Files.createFile(draft), FILE_MODE);
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path restrict(Path file, String mode) throws IOException {
        var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null) {
            view.setPermissions(PosixFilePermissions.fromString(mode));
        }
        return file;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("Cannot release the lock of " + path, e);
        }
    }
}
