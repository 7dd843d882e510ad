package routes.ingest.upload;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.apache.commons.compress.utils.MultiReadOnlySeekableByteChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.ingest.upload.UploadRefusedException.Reason;

/**
 * Writes an uploaded export into a folder. The type of an upload is detected from its first bytes, not from its name. A zip is not
 * trusted: names, sizes and types of entries are checked, links are not created, and nested zips are not unpacked.
 */
@Component
public final class ExportUnpacker {
    private static final Logger LOG = LoggerFactory.getLogger(ExportUnpacker.class);
    private static final int HEAD = 64;
    private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF";
    private static final String RESULT = "result.json";
    private static final String ZIP_AGAIN =
            "Zip the folder of the export again, without a password, and repeat the upload.";
    private static final String DAMAGED = "it is truncated or damaged";
    private static final List<Integer> METHODS =
            List.of(ZipEntry.STORED, ZipEntry.DEFLATED, ZipMethod.ENHANCED_DEFLATED.getCode());

    /** Below this size, a high compression ratio is harmless and common for short texts. */
    private static final long RATIO_FROM_BYTES = 10 * 1024 * 1024;

    private static final long BETWEEN_DISK_CHECKS = 16 * 1024 * 1024;
    private static final int BUFFER = 64 * 1024;

    private final UploadProperties limits;

    public ExportUnpacker(UploadProperties limits) {
        this.limits = limits;
    }

    /**
     * Rejects an upload that does not fit on the disk, before any of it is read.
     *
     * @param length expected number of bytes; -1 if unknown
     */
    public void requireRoom(Path folder, long length) throws IOException {
        if (Files.getFileStore(folder).getUsableSpace() - limits.diskReserve() < Math.max(length, 0)) {
            throw noRoom("Not enough disk space for the upload");
        }
    }

    /**
     * Unpacks a zip, or stores a {@code result.json}. Does not close the stream, because closing a part of a multipart request
     * would read it to its end.
     *
     * @param upload limited in length by the caller
     * @param folder an empty folder; if the upload is rejected, files already written stay in it. While a zip is unpacked, it is
     *     stored next to this folder
     * @return what to import
     * @throws UploadRefusedException if it cannot be imported
     * @throws IOException if the upload cannot be read
     */
    public Path unpack(InputStream upload, Path folder) throws IOException {
        return unpack(upload, folder, () -> {});
    }

    /**
     * @param beforeFiles called before a zip is read, because a zip may contain media files; throws an exception to reject the
     *     upload
     */
    public Path unpack(InputStream upload, Path folder, Runnable beforeFiles) throws IOException {
        var input = new PushbackInputStream(upload, HEAD);
        byte[] start = input.readNBytes(HEAD);
        input.unread(start);
        String head = new String(start, ISO_8859_1);
        if (head.startsWith("PK\3\4") || head.startsWith("PK\7\b")) {
            beforeFiles.run();
            Path zip = folder.resolveSibling("upload.zip");
            try {
                store(input, zip, Long.MAX_VALUE);
                return folder.resolve(unzip(zip, folder));
            } finally {
                Files.deleteIfExists(zip);
            }
        } else if (isJson(head)) {
            requireBytes(store(input, folder.resolve(RESULT), limits.maxUnpackedBytes()));
            return folder;
        }
        throw UploadRefusedException.unusable(
                otherType(head),
                "Send the zipped folder of a Telegram Desktop export in the format"
                        + " \"Machine-readable JSON\", or its " + RESULT + ".");
    }

    private static boolean isJson(String head) {
        String text = head.startsWith(BYTE_ORDER_MARK) ? head.substring(BYTE_ORDER_MARK.length()) : head;
        return text.stripLeading().startsWith("{");
    }

    private static String otherType(String head) {
        if (head.isEmpty()) {
            return "The file is empty";
        } else if (head.startsWith("PK\5\6")) {
            return "The zip is empty";
        } else if (head.stripLeading().startsWith("<")) {
            return "The file is HTML or XML; a zip or a result.json is required";
        }
        return "The file is neither a zip nor a result.json";
    }

    /** Returns the folder of the export, relative to the target folder. */
    private Path unzip(Path packed, Path folder) throws IOException {
        try (var channel = new ZipChannel(packed);
                ZipFile zip = open(channel)) {
            var names = new EntryNames();
            Map<String, ZipArchiveEntry> files = check(zip, names, channel.size());
            Path export = names.export();
            requireRoom(
                    folder,
                    files.values().stream().mapToLong(ZipArchiveEntry::getSize).sum());
            for (Map.Entry<String, ZipArchiveEntry> file : files.entrySet()) {
                write(zip, file.getValue(), file.getKey(), folder);
            }
            return export;
        }
    }

    private ZipFile open(ZipChannel channel) throws IOException {
        // 160 bytes per entry: a header, time stamps and a name of 90 bytes
        channel.directoryBytes = 1024 * 1024 + 160L * limits.maxEntries();
        ZipFile zip;
        try {
            // the local headers repeat the central directory
            zip = ZipFile.builder()
                    .setSeekableByteChannel(channel)
                    .setIgnoreLocalFileHeader(true)
                    .get();
        } catch (IOException | IllegalArgumentException e) {
            throw channel.directoryBytes < 0
                    ? tooManyEntries("The zip has more than " + limits.maxEntries() + " entries, or very long names")
                    : broken(DAMAGED);
        }
        channel.directoryBytes = Long.MAX_VALUE;
        // the directory belongs to a zip inside this one
        if (zip.getFirstLocalFileHeaderOffset() != 0) {
            throw broken(DAMAGED);
        }
        return zip;
    }

    /** Limits the size of the central directory: {@link ZipFile} keeps all of it in memory, however many entries the zip declares. */
    private static final class ZipChannel extends MultiReadOnlySeekableByteChannel {
        private long directoryBytes;

        ZipChannel(Path file) throws IOException {
            super(List.of(FileChannel.open(file)));
        }

        @Override
        public synchronized int read(ByteBuffer target) throws IOException {
            int read = super.read(target);
            directoryBytes -= read;
            if (directoryBytes < 0) {
                throw new IOException("The directory is too long");
            }
            return read;
        }
    }

    /**
     * Checks the entries and returns the files of the zip by name. {@link #write} ensures that no file is larger than its entry
     * declares.
     */
    private Map<String, ZipArchiveEntry> check(ZipFile zip, EntryNames names, long zipBytes)
            throws UploadRefusedException {
        List<ZipArchiveEntry> entries = Collections.list(zip.getEntriesInPhysicalOrder());
        if (entries.size() > limits.maxEntries()) {
            throw tooManyEntries("The zip has more than " + limits.maxEntries() + " entries");
        }
        var files = new LinkedHashMap<String, ZipArchiveEntry>();
        long unpackedBytes = 0;
        for (ZipArchiveEntry entry : entries) {
            Optional<String> name = names.add(entry);
            if (name.isPresent()) {
                requireReadable(zip, entry, name.get());
                unpackedBytes += entry.getSize();
                requireBytes(unpackedBytes);
                if (isBomb(entry.getSize(), entry.getCompressedSize()) || isBomb(unpackedBytes, zipBytes)) {
                    throw UploadRefusedException.unusable(
                            "The zip unpacks to more than " + limits.maxRatio() + " times its size, at the entry "
                                    + EntryNames.shown(name.get()),
                            "Send an export of Telegram Desktop. If this is one, upload its result.json without a zip.");
                }
                files.put(name.get(), entry);
            }
        }
        return files;
    }

    private boolean isBomb(long bytes, long packedBytes) {
        return bytes > RATIO_FROM_BYTES && bytes / limits.maxRatio() > packedBytes;
    }

    private void requireBytes(long unpackedBytes) throws UploadRefusedException {
        if (unpackedBytes > limits.maxUnpackedBytes()) {
            throw new UploadRefusedException(
                    Reason.TOO_LARGE,
                    "The export is larger than " + limits.maxUnpackedBytes() + " bytes unpacked",
                    "Export fewer chats or exclude videos, or put the export under IMPORT_DIR and send its path.");
        }
    }

    private static void requireReadable(ZipFile zip, ZipArchiveEntry entry, String name) throws UploadRefusedException {
        String shown = "The zip's entry " + EntryNames.shown(name);
        if (entry.isUnixSymlink()) {
            throw UploadRefusedException.unusable(
                    shown + " is a symbolic link", "Zip the files themselves instead of the links.");
        }
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw UploadRefusedException.unusable(shown + " is encrypted", ZIP_AGAIN);
        }
        if (!METHODS.contains(entry.getMethod()) || !zip.canReadEntryData(entry)) {
            throw UploadRefusedException.unusable(
                    shown + " has an unsupported compression method (" + entry.getMethod() + ")",
                    "Zip the folder of the export with the method Deflate.");
        }
    }

    private void write(ZipFile zip, ZipArchiveEntry entry, String name, Path folder) throws UploadRefusedException {
        Path file;
        try {
            file = folder.resolve(name);
        } catch (InvalidPathException e) {
            throw UploadRefusedException.unusable(
                    "The name " + EntryNames.shown(name) + " cannot be used on the file system of the server",
                    "Start the process with a UTF-8 locale, such as LC_ALL=C.UTF-8.");
        }
        boolean isIntact;
        try (var content = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
            isIntact = store(content, file, entry.getSize()) == entry.getSize()
                    && content.getChecksum().getValue() == entry.getCrc();
        } catch (UploadRefusedException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            isIntact = false;
        }
        if (!isIntact) {
            throw broken("its entry " + EntryNames.shown(name) + " is damaged");
        }
    }

    /**
     * Writes a new file as long as the disk has room.
     *
     * @return number of bytes read; more than {@code maxBytes} if the content is longer, and nothing after that is written
     * @throws UploadRefusedException if the file cannot be written
     * @throws IOException if the content cannot be read
     */
    private long store(InputStream content, Path file, long maxBytes) throws IOException {
        var buffer = new byte[BUFFER];
        long bytes = 0;
        long nextDiskCheck = 0;
        try (OutputStream output = create(file)) {
            for (int read = content.read(buffer); read >= 0 && bytes <= maxBytes; read = content.read(buffer)) {
                bytes += read;
                if (bytes > nextDiskCheck) {
                    nextDiskCheck = bytes + BETWEEN_DISK_CHECKS;
                    requireRoom(file.getParent(), read);
                }
                if (bytes <= maxBytes) {
                    write(output, buffer, read);
                }
            }
        }
        return bytes;
    }

    private static OutputStream create(Path file) throws UploadRefusedException {
        try {
            Files.createDirectories(file.getParent());
            return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            // names that differ in the zip may be equal on the disk
            if (Files.exists(file)) {
                throw UploadRefusedException.unusable(
                        "The zip has the entry "
                                + EntryNames.shown(file.getFileName().toString())
                                + " twice, because the file system of the server does not distinguish the names",
                        EntryNames.ONE_EXPORT);
            }
            throw notWritten(e);
        }
    }

    private static void write(OutputStream output, byte[] bytes, int length) throws UploadRefusedException {
        try {
            output.write(bytes, 0, length);
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private static UploadRefusedException notWritten(IOException failure) {
        LOG.warn("Cannot write an upload: {}", failure.toString());
        return noRoom("The upload could not be written to disk");
    }

    private static UploadRefusedException noRoom(String message) {
        return new UploadRefusedException(
                Reason.NO_ROOM,
                message,
                "Free space on the disk of IMPORT_DIR (UPLOAD_DISK_RESERVE is kept free), or send a smaller export.");
    }

    private static UploadRefusedException tooManyEntries(String message) {
        return new UploadRefusedException(
                Reason.TOO_LARGE, message, "Export fewer chats, or put the export under IMPORT_DIR and send its path.");
    }

    private static UploadRefusedException broken(String how) {
        return UploadRefusedException.unusable("The zip is broken: " + how, ZIP_AGAIN);
    }
}
