package routes.objectstore.folder;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import routes.objectstore.ObjectKeys;
import routes.objectstore.ObjectStore;
import routes.objectstore.ObjectStoreException;

/**
 * Objects as files in a folder, under their keys. An object is written to a temporary file, flushed to disk and renamed: readers see
 * either the complete file or nothing, even after a crash.
 */
public final class FolderObjectStore implements ObjectStore {
    private static final String UNFINISHED = ".unfinished";

    private final Path root;
    private final Path unfinished;

    /**
     * @throws IOException if the folder cannot be created
     */
    public FolderObjectStore(Path root) throws IOException {
        this.root = root.toAbsolutePath().normalize();
        unfinished = this.root.resolve(UNFINISHED);
        Files.createDirectories(unfinished);
    }

    /** Returns the folder's name. */
    @Override
    public String bucket() {
        return root.getFileName().toString();
    }

    @Override
    public void put(String key, String contentType, long sizeBytes, InputStream content) throws IOException {
        Path target = path(key);
        Files.createDirectories(target.getParent());
        Path temporary = unfinished.resolve(UUID.randomUUID().toString());
        try {
            try (FileChannel channel = FileChannel.open(temporary, CREATE_NEW, WRITE)) {
                ObjectStore.copy(key, content, sizeBytes, Channels.newOutputStream(channel));
                channel.force(true);
            }
            Files.move(temporary, target, ATOMIC_MOVE);
            flushName(target.getParent());
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    @Override
    public Optional<InputStream> get(String key) throws IOException {
        try {
            return Optional.of(Files.newInputStream(path(key)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean exists(String key) {
        return Files.isRegularFile(path(key));
    }

    @Override
    public void delete(String key) throws IOException {
        Files.deleteIfExists(path(key));
    }

    @Override
    public void each(String prefix, Consumer<Stored> work) throws IOException {
        Path start = root.resolve(prefix.substring(0, prefix.lastIndexOf('/') + 1));
        if (!Files.isDirectory(start)) {
            return;
        }
        Files.walkFileTree(start, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String key = root.relativize(file).toString().replace(File.separatorChar, '/');
                if (attributes.isRegularFile() && key.startsWith(prefix) && !key.startsWith(UNFINISHED)) {
                    work.accept(new Stored(
                            key,
                            attributes.size(),
                            attributes.lastModifiedTime().toInstant()));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // deleted in the meantime
                }
                throw e;
            }
        });
    }

    @Override
    public void check() throws IOException {
        if (!Files.isWritable(unfinished)) {
            throw new ObjectStoreException("Cannot write to the folder " + root, null);
        }
    }

    /** Makes a file name durable by flushing its folder. Skipped where folders cannot be opened (Windows). */
    private static void flushName(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, READ)) {
                channel.force(true);
            }
        }
    }

    private Path path(String key) {
        return root.resolve(ObjectKeys.checked(key));
    }
}
