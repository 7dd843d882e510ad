package routes.backup;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import routes.events.Sha256;

/**
 * Writes an archive to {@code <file>.part} and renames it when it is complete and synchronised to disk. {@link #close} removes an
 * incomplete file; after a crash, the next backup to the same file replaces it. Only the user of the process can read the file.
 */
final class ArchiveWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final Path draft;
    private final Path spool;
    private final FileChannel channel;
    private final TarArchiveOutputStream tar;
    private final ObjectMapper json;
    private final Instant createdAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Map<String, Manifest.Part> parts = new LinkedHashMap<>();
    private final Archive.Hash objects = new Archive.Hash();

    ArchiveWriter(Path file, ObjectMapper json) throws IOException {
        this.file = file;
        this.json = json;
        draft = file.resolveSibling(file.getFileName() + ".part");
        spool = file.resolveSibling(file.getFileName() + ".object");
        channel = open(draft);
        tar = new TarArchiveOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES),
                StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    private static FileChannel open(Path path) throws IOException {
        Files.deleteIfExists(path);
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        return FileChannel.open(path, CREATE, TRUNCATE_EXISTING, WRITE);
    }

    /** A part of unknown length. It must be closed before the next part begins. */
    final class PartStream extends OutputStream {
        private final String name;
        private final Archive.Hash hash = new Archive.Hash();
        private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(BUFFER_BYTES);
        private int chunks;

        private PartStream(String name) {
            this.name = name;
        }

        void counted(long more) {
            hash.counted(more);
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            hash.add(buffer, offset, length);
            int from = offset;
            int left = length;
            while (left > 0) {
                int now = Math.min(left, Archive.CHUNK_BYTES - chunk.size());
                chunk.write(buffer, from, now);
                from += now;
                left -= now;
                if (chunk.size() == Archive.CHUNK_BYTES) {
                    writeChunk();
                }
            }
        }

        private void writeChunk() throws IOException {
            var packed = new ByteArrayOutputStream(BUFFER_BYTES);
            try (var gzip = new GZIPOutputStream(packed)) {
                chunk.writeTo(gzip);
            }
            chunk.reset();
            entry(Archive.CHUNK.formatted(name, ++chunks), packed.toByteArray());
        }

        @Override
        public void close() throws IOException {
            if (chunk.size() > 0 || chunks == 0) {
                writeChunk();
            }
            parts.put(name, hash.part());
        }
    }

    PartStream part(String name) {
        return new PartStream(name);
    }

    /** Adds an object of unknown length. Larger objects are written to a temporary file first. */
    void object(String key, InputStream content) throws IOException {
        byte[] head = content.readNBytes(Archive.CHUNK_BYTES);
        if (head.length < Archive.CHUNK_BYTES) {
            object(key, head.length, new ByteArrayInputStream(head));
            return;
        }
        try {
            try (OutputStream out = Channels.newOutputStream(open(spool))) {
                out.write(head);
                content.transferTo(out);
            }
            try (InputStream in = Files.newInputStream(spool)) {
                object(key, Files.size(spool), in);
            }
        } finally {
            Files.deleteIfExists(spool);
        }
    }

    private void object(String key, long size, InputStream content) throws IOException {
        objects.beginObject(key, size);
        tar.putArchiveEntry(header(Archive.OBJECTS + key, size));
        byte[] buffer = new byte[BUFFER_BYTES];
        int read;
        while ((read = content.read(buffer)) >= 0) {
            tar.write(buffer, 0, read);
            objects.add(buffer, 0, read);
        }
        tar.closeArchiveEntry();
    }

    long objects() {
        return objects.count();
    }

    private void entry(String name, byte[] content) throws IOException {
        tar.putArchiveEntry(header(name, content.length));
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** Uses a time in whole seconds: a fraction would need a second header for each entry. */
    private TarArchiveEntry header(String name, long size) {
        var entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setModTime(createdAt.toEpochMilli());
        return entry;
    }

    /** Returns the number of bytes written so far. */
    long bytes() {
        return tar.getBytesWritten();
    }

    /** Returns the completed parts. */
    Map<String, Manifest.Part> parts() {
        Map<String, Manifest.Part> all = new LinkedHashMap<>(parts);
        all.put(Archive.OBJECTS, objects.part());
        return all;
    }

    /** Writes the manifest and renames the archive to its final name. */
    void finish(Manifest manifest) throws IOException {
        byte[] text = json.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest);
        entry(Archive.MANIFEST, text);
        entry(Archive.MANIFEST_HASH, (Sha256.hex(text) + "\n").getBytes(StandardCharsets.US_ASCII));
        tar.finish();
        tar.flush();
        channel.force(true);
        tar.close();
        Files.move(draft, file, ATOMIC_MOVE);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            // the new name is durable only after the folder is synchronised
            try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), READ)) {
                folder.force(true);
            }
        }
    }

    /** Removes an incomplete archive. */
    @Override
    public void close() throws IOException {
        channel.close(); // do not close the tar stream, which would complete the discarded archive
        Files.deleteIfExists(draft);
    }
}
