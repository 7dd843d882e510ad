package routes.ingest.upload;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import routes.ingest.upload.UploadRefusedException.Reason;

/**
 * Unpacks one zip from start to end while it arrives, and finds the export in it. Nothing in a zip is trusted: names, sizes and
 * types of entries are checked, links are not created, nested zips are not unpacked.
 */
final class ZipUnpacker {
    /** The library buffers an entry in memory if it is stored without its length. */
    private static final long MAX_STORED_WITHOUT_LENGTH = 16 * 1024 * 1024;

    private static final String ZIP_AGAIN = "Zip the export's folder again, without password, and upload it once more.";
    private static final List<Integer> METHODS =
            List.of(ZipEntry.STORED, ZipEntry.DEFLATED, ZipMethod.ENHANCED_DEFLATED.getCode());

    private final PackedInput packed;
    private final LimitedWriter writer;
    private final UploadProperties limits;
    private final EntryNames names = new EntryNames();
    private final ExportPlace place = new ExportPlace();
    private int entries;

    ZipUnpacker(PackedInput packed, LimitedWriter writer, UploadProperties limits) {
        this.packed = packed;
        this.writer = writer;
        this.limits = limits;
    }

    /**
     * @return the folder of the export, relative to the target folder
     * @throws UploadRefusedException if it is not a zip of an export, or exceeds a limit
     */
    Path unpack() throws IOException {
        try (var zip = new ZipArchiveInputStream(packed, "UTF-8", true, true)) {
            for (ZipArchiveEntry entry = zip.getNextEntry(); entry != null; ) {
                long checksum = unpack(zip, entry);
                ZipArchiveEntry next = zip.getNextEntry();
                // some entries have their checksum only after their data
                if (entry.getCrc() >= 0 && checksum >= 0 && entry.getCrc() != checksum) {
                    throw broken("its entry " + EntryName.shown(EntryName.of(entry)) + " is damaged");
                }
                entry = next;
            }
        } catch (UploadRefusedException | PackedInput.ReadException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw broken(packed.directory().isWhole() ? "it cannot be read" : "it ends in the middle or is damaged");
        }
        checkDirectory();
        return place.folder();
    }

    /** The checksum of a file, or -1. */
    private long unpack(ZipArchiveInputStream zip, ZipArchiveEntry entry) throws IOException {
        if (++entries > limits.maxEntries()) {
            throw new UploadRefusedException(
                    Reason.TOO_LARGE,
                    "The zip has more than " + limits.maxEntries() + " entries",
                    "Export fewer chats, or put the export under IMPORT_DIR and send its path.");
        }
        String name = EntryName.of(entry);
        boolean isFolder = EntryName.isFolder(entry);
        names.add(name, isFolder);
        if (isFolder) {
            return -1;
        }
        checkReadable(zip, entry, name);
        place.file(name);
        return write(zip, entry, name);
    }

    private void checkReadable(ZipArchiveInputStream zip, ZipArchiveEntry entry, String name)
            throws UploadRefusedException {
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw UploadRefusedException.unusable(
                    "The zip's entry " + EntryName.shown(name) + " is encrypted", ZIP_AGAIN);
        }
        if (!METHODS.contains(entry.getMethod()) || !zip.canReadEntryData(entry)) {
            throw UploadRefusedException.unusable(
                    "The zip's entry " + EntryName.shown(name) + " is packed by a method that is not supported ("
                            + entry.getMethod() + ")",
                    "Zip the export's folder with the usual method, Deflate.");
        }
    }

    private long write(ZipArchiveInputStream zip, ZipArchiveEntry entry, String name) throws IOException {
        boolean isKeptInMemory = entry.getMethod() == ZipEntry.STORED
                && entry.getGeneralPurposeBit().usesDataDescriptor();
        if (!isKeptInMemory) {
            return writer.write(name, zip);
        }
        packed.limit(MAX_STORED_WITHOUT_LENGTH);
        try {
            return writer.write(name, zip);
        } catch (IOException e) {
            if (packed.isBeyondLimit()) {
                throw UploadRefusedException.unusable(
                        "The zip's entry " + EntryName.shown(name) + " is long and stored without its length",
                        "Zip the export's folder with the usual method, Deflate.");
            }
            throw e;
        } finally {
            packed.unlimited();
        }
    }

    private void checkDirectory() throws UploadRefusedException {
        if (!packed.directory().isWhole()) {
            throw broken("it ends in the middle or is damaged");
        }
        for (byte[] link : packed.directory().links()) {
            String name = EntryName.decode(link);
            if (names.hasFile(name)) {
                throw UploadRefusedException.unusable(
                        "The zip's entry " + EntryName.shown(name) + " is a symbolic link",
                        "Zip the files themselves in place of the links.");
            }
        }
    }

    private static UploadRefusedException broken(String how) {
        return UploadRefusedException.unusable("The zip is broken: " + how, ZIP_AGAIN);
    }
}
