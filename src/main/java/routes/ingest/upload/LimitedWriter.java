package routes.ingest.upload;

import static routes.ingest.upload.UploadRefusedException.Reason.NO_ROOM;
import static routes.ingest.upload.UploadRefusedException.Reason.TOO_LARGE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the files of one upload, and stops if they exceed a limit: total bytes, compression ratio, or disk space. */
final class LimitedWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LimitedWriter.class);
    /** Below this size a ratio is harmless, and short texts have high ones. */
    private static final long RATIO_FROM_BYTES = 10 * 1024 * 1024;

    private static final long BETWEEN_DISK_CHECKS = 16 * 1024 * 1024;
    /** Disk space that even a short file uses. */
    private static final int BLOCK = 4096;

    private static final int BUFFER = 64 * 1024;

    private final Path folder;
    private final UploadProperties limits;
    private final byte[] buffer = new byte[BUFFER];
    private long written;
    private long packedTotal;
    private long untilDiskCheck;

    LimitedWriter(Path folder, UploadProperties limits) {
        this.folder = folder;
        this.limits = limits;
    }

    /**
     * @throws UploadRefusedException if the disk has no room for this many bytes in addition to the reserve
     */
    void requireRoom(long bytes) throws IOException {
        if (Files.getFileStore(folder).getUsableSpace() - limits.diskReserve() < bytes) {
            throw noRoom("The disk has no room for the upload");
        }
    }

    /** Stores the packed upload. The caller limits its length. */
    void spool(InputStream upload, Path file) throws IOException {
        copy(upload, create(file, file.toString()), read -> {});
    }

    /**
     * Writes a new file.
     *
     * @param name relative, checked
     * @param packed how many bytes as they were sent contained what has been read of the content
     * @throws UploadRefusedException if a limit is exceeded, or it cannot be written
     * @throws IOException if the content cannot be read
     */
    void write(String name, InputStream content, LongSupplier packed) throws IOException {
        Path file;
        try {
            file = folder.resolve(name);
        } catch (InvalidPathException e) {
            throw UploadRefusedException.unusable(
                    "The name " + EntryNames.shown(name) + " cannot be written on the disk of the process",
                    "Have the process started with a UTF-8 locale, such as LC_ALL=C.UTF-8.");
        }
        long writtenBefore = written;
        long packedBefore = packedTotal;
        copy(content, create(file, name), read -> {
            written += read;
            packedTotal = packedBefore + packed.getAsLong();
            if (written > limits.maxUnpackedBytes()) {
                throw new UploadRefusedException(
                        TOO_LARGE,
                        "The export is longer than " + limits.maxUnpackedBytes() + " bytes unpacked",
                        "Export fewer chats or without videos, or put the export under IMPORT_DIR and send its path.");
            }
            if (isBomb(written - writtenBefore, packedTotal - packedBefore) || isBomb(written, packedTotal)) {
                throw UploadRefusedException.unusable(
                        "The zip unpacks to more than " + limits.maxRatio() + " times its size, at the entry "
                                + EntryNames.shown(name),
                        "Send an export of Telegram Desktop; if this is one, upload its result.json without zip.");
            }
        });
    }

    private interface Limit {
        void check(int read) throws UploadRefusedException;
    }

    private void copy(InputStream content, OutputStream to, Limit limit) throws IOException {
        try (to) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                limit.check(read);
                store(to, read);
            }
        }
    }

    private boolean isBomb(long bytes, long packedBytes) {
        return bytes > RATIO_FROM_BYTES && bytes / limits.maxRatio() > packedBytes;
    }

    private OutputStream create(Path file, String name) throws UploadRefusedException {
        try {
            Files.createDirectories(file.getParent());
            return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            // names that differ in the zip may be the same on the disk
            if (Files.exists(file)) {
                throw UploadRefusedException.unusable(
                        "The zip has the entry " + EntryNames.shown(name) + " twice for the disk of the process",
                        "Zip one export only, as Telegram Desktop wrote it.");
            }
            throw notWritten(e);
        }
    }

    private void store(OutputStream file, int length) throws UploadRefusedException {
        try {
            if (untilDiskCheck <= 0) {
                untilDiskCheck = BETWEEN_DISK_CHECKS;
                requireRoom(length);
            }
            untilDiskCheck -= Math.max(length, BLOCK);
            file.write(buffer, 0, length);
        } catch (UploadRefusedException e) {
            throw e;
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private static UploadRefusedException notWritten(IOException failure) {
        LOG.warn("An upload cannot be written: {}", failure.toString());
        return noRoom("The upload cannot be written to disk");
    }

    private static UploadRefusedException noRoom(String message) {
        return new UploadRefusedException(
                NO_ROOM,
                message,
                "Have space freed on the disk of IMPORT_DIR (UPLOAD_DISK_RESERVE stays free), or send a smaller export.");
    }
}
