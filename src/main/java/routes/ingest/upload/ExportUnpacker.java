package routes.ingest.upload;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.apache.commons.compress.utils.InputStreamStatistics;
import org.apache.commons.compress.utils.MultiReadOnlySeekableByteChannel;
import routes.ingest.upload.UploadRefusedException.Reason;

/**
 * Writes an uploaded export into a folder. The first bytes of the upload determine its type, not its name. Nothing in a zip is
 * trusted: names, sizes and types of entries are checked, links are not created, nested zips are not unpacked.
 */
public final class ExportUnpacker {
    private static final int HEAD = 64;
    private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF";
    private static final String ZIP_AGAIN = "Zip the export's folder again, without password, and upload it once more.";
    private static final String DAMAGED = "it ends in the middle or is damaged";
    private static final List<Integer> METHODS =
            List.of(ZipEntry.STORED, ZipEntry.DEFLATED, ZipMethod.ENHANCED_DEFLATED.getCode());

    private final UploadProperties limits;

    public ExportUnpacker(UploadProperties limits) {
        this.limits = limits;
    }

    /**
     * Rejects an upload that certainly does not fit on the disk, before reading any of it.
     *
     * @param length expected bytes; -1 if unknown
     */
    public void requireRoom(Path folder, long length) throws IOException {
        new LimitedWriter(folder, limits).requireRoom(Math.max(length, 0));
    }

    /**
     * Unpacks a zip, or stores a {@code result.json}. Does not close the stream: closing a part of a request would read it to its
     * end.
     *
     * @param folder empty; keeps what was written if the upload is rejected. While a zip is unpacked, it is next to this folder
     * @return what to import
     * @throws UploadRefusedException if it cannot be imported
     * @throws IOException if the upload cannot be read
     */
    public Path unpack(InputStream upload, Path folder) throws IOException {
        var input = new PushbackInputStream(upload, HEAD);
        byte[] start = input.readNBytes(HEAD);
        input.unread(start);
        var writer = new LimitedWriter(folder, limits);
        String head = new String(start, ISO_8859_1);
        if (head.startsWith("PK\3\4") || head.startsWith("PK\7\b")) {
            Path zip = folder.resolveSibling("upload.zip");
            try {
                writer.spool(input, zip);
                return folder.resolve(unzip(zip, writer));
            } finally {
                Files.deleteIfExists(zip);
            }
        } else if (isJson(head)) {
            writer.write("result.json", input, () -> Long.MAX_VALUE);
            return folder;
        }
        throw UploadRefusedException.unusable(
                otherType(head),
                "Send the zipped folder of an export of Telegram Desktop, made in the format"
                        + " \"Machine-readable JSON\", or its result.json.");
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
            return "The file is HTML or XML, not a zip and not a result.json";
        }
        return "The file is neither a zip nor a result.json";
    }

    /** The folder of the export, relative to the target folder. */
    private Path unzip(Path packed, LimitedWriter writer) throws IOException {
        try (var channel = new ZipChannel(packed);
                ZipFile zip = open(channel)) {
            List<ZipArchiveEntry> entries = Collections.list(zip.getEntriesInPhysicalOrder());
            if (entries.size() > limits.maxEntries()) {
                throw tooManyEntries("The zip has more than " + limits.maxEntries() + " entries");
            }
            var names = new EntryNames();
            for (ZipArchiveEntry entry : entries) {
                Optional<String> file = names.add(entry);
                if (file.isPresent()) {
                    requireReadable(zip, entry, file.get());
                    write(zip, entry, file.get(), writer);
                }
            }
            return names.export();
        }
    }

    private ZipFile open(ZipChannel channel) throws IOException {
        // 160: a header, time stamps and a name of 90 bytes
        channel.directoryBytes = 1024 * 1024 + 160L * limits.maxEntries();
        ZipFile zip;
        try {
            // the local headers repeat what is in the directory
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
        // the directory of a zip inside this one
        if (zip.getFirstLocalFileHeaderOffset() != 0) {
            throw broken(DAMAGED);
        }
        return zip;
    }

    /** Limits how much is read as directory: {@link ZipFile} keeps all of it in memory, however many entries the zip states. */
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

    private static void requireReadable(ZipFile zip, ZipArchiveEntry entry, String name) throws UploadRefusedException {
        String shown = "The zip's entry " + EntryNames.shown(name);
        if (entry.isUnixSymlink()) {
            throw UploadRefusedException.unusable(
                    shown + " is a symbolic link", "Zip the files themselves in place of the links.");
        }
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw UploadRefusedException.unusable(shown + " is encrypted", ZIP_AGAIN);
        }
        if (!METHODS.contains(entry.getMethod()) || !zip.canReadEntryData(entry)) {
            throw UploadRefusedException.unusable(
                    shown + " is packed by a method that is not supported (" + entry.getMethod() + ")",
                    "Zip the export's folder with the usual method, Deflate.");
        }
    }

    private static void write(ZipFile zip, ZipArchiveEntry entry, String name, LimitedWriter writer)
            throws UploadRefusedException {
        boolean isIntact;
        try (InputStream unpacked = zip.getInputStream(entry);
                var content = new CheckedInputStream(unpacked, new CRC32())) {
            writer.write(name, content, ((InputStreamStatistics) unpacked)::getCompressedCount);
            isIntact = content.getChecksum().getValue() == entry.getCrc();
        } catch (UploadRefusedException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            isIntact = false;
        }
        if (!isIntact) {
            throw broken("its entry " + EntryNames.shown(name) + " is damaged");
        }
    }

    private static UploadRefusedException tooManyEntries(String message) {
        return new UploadRefusedException(
                Reason.TOO_LARGE, message, "Export fewer chats, or put the export under IMPORT_DIR and send its path.");
    }

    private static UploadRefusedException broken(String how) {
        return UploadRefusedException.unusable("The zip is broken: " + how, ZIP_AGAIN);
    }
}
