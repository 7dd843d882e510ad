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
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the files of one upload, and stops if they exceed a limit: total bytes, compression ratio, or disk space. */
final class LimitedWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LimitedWriter.class);
    /** Below this size a ratio is harmless, and short texts have high ones. */
    private static final long RATIO_FROM_BYTES = 10 * 1024 * 1024;

    private static final long BETWEEN_LOOKS_AT_DISK = 16 * 1024 * 1024;
    /** Disk space that even a short file uses. */
    private static final int BLOCK = 4096;

    private static final int BUFFER = 64 * 1024;

    private final Path folder;
    private final PackedInput packed;
    private final UploadProperties limits;
    private final byte[] buffer = new byte[BUFFER];
    private long written;
    private long untilLookAtDisk;

    LimitedWriter(Path folder, PackedInput packed, UploadProperties limits) {
        this.folder = folder;
        this.packed = packed;
        this.limits = limits;
    }

    /**
     * Writes a new file.
     *
     * @param name relative, checked
     * @return the checksum of what was written
     * @throws UploadRefusedException if a limit is exceeded, or it cannot be written
     * @throws IOException if the content cannot be read
     */
    long write(String name, InputStream content) throws IOException {
        long packedBefore = packed.count();
        long writtenBefore = written;
        var checksum = new CRC32();
        try (OutputStream file = create(name)) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                written += read;
                check(name, written - writtenBefore, packed.count() - packedBefore);
                store(file, read);
                checksum.update(buffer, 0, read);
            }
        }
        return checksum.getValue();
    }

    private OutputStream create(String name) throws UploadRefusedException {
        Path file;
        try {
            file = folder.resolve(name);
        } catch (InvalidPathException e) {
            throw UploadRefusedException.unusable(
                    "The name " + EntryName.shown(name) + " cannot be written on the disk of the process",
                    "Have the process started with a UTF-8 locale, such as LC_ALL=C.UTF-8.");
        }
        try {
            Files.createDirectories(file.getParent());
            return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            // names that differ in the zip may be the same on the disk
            if (Files.exists(file)) {
                throw UploadRefusedException.unusable(
                        "The zip has the entry " + EntryName.shown(name) + " twice for the disk of the process",
                        "Zip one export only, as Telegram Desktop wrote it.");
            }
            throw notWritten(e);
        }
    }

    private void store(OutputStream file, int length) throws UploadRefusedException {
        try {
            if (untilLookAtDisk <= 0) {
                untilLookAtDisk = BETWEEN_LOOKS_AT_DISK;
                Disk.require(folder, limits.diskReserve(), length);
            }
            untilLookAtDisk -= Math.max(length, BLOCK);
            file.write(buffer, 0, length);
        } catch (UploadRefusedException e) {
            throw e;
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private void check(String name, long ofEntry, long packedEntry) throws UploadRefusedException {
        if (written > limits.maxUnpackedBytes()) {
            throw new UploadRefusedException(
                    TOO_LARGE,
                    "The export is longer than " + limits.maxUnpackedBytes() + " bytes unpacked",
                    "Export fewer chats or without videos, or put the export under IMPORT_DIR and send its path.");
        }
        if (isBomb(ofEntry, packedEntry) || isBomb(written, packed.count())) {
            throw UploadRefusedException.unusable(
                    "The zip unpacks to more than " + limits.maxRatio() + " times its size, at the entry "
                            + EntryName.shown(name),
                    "Send an export of Telegram Desktop; if this is one, upload its result.json without zip.");
        }
    }

    private boolean isBomb(long bytes, long packedBytes) {
        return bytes > RATIO_FROM_BYTES && bytes / limits.maxRatio() > packedBytes;
    }

    private static UploadRefusedException notWritten(IOException failure) {
        LOG.warn("An upload cannot be written: {}", failure.toString());
        return new UploadRefusedException(NO_ROOM, "The upload cannot be written to disk", Disk.REMEDY);
    }
}
