package routes.ingest.upload;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes an uploaded export into a folder while it arrives. Its first bytes determine its type, not its name. */
public final class ExportUnpacker {
    private static final int HEAD = 64;
    private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF";
    private static final String REMEDY = "Send the zipped folder of an export of Telegram Desktop, made in the format"
            + " \"Machine-readable JSON\", or its result.json.";

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
        Disk.require(folder, limits.diskReserve(), Math.max(length, 0));
    }

    /**
     * Unpacks a zip, or stores a {@code result.json}. Does not close the stream.
     *
     * @param folder empty; keeps what was written if the upload is rejected
     * @return what to import
     * @throws UploadRefusedException if it cannot be imported
     * @throws IOException if the upload cannot be read
     */
    public Path unpack(InputStream upload, Path folder) throws IOException {
        var input = new PushbackInputStream(upload, HEAD);
        byte[] start = input.readNBytes(HEAD);
        input.unread(start);
        var packed = new PackedInput(input);
        var writer = new LimitedWriter(folder, packed, limits);
        String head = new String(start, StandardCharsets.ISO_8859_1);
        if (head.startsWith("PK\3\4") || head.startsWith("PK\7\b")) {
            return folder.resolve(new ZipUnpacker(packed, writer, limits).unpack());
        } else if (isJson(head)) {
            writer.write("result.json", packed);
            return folder;
        }
        throw UploadRefusedException.unusable(whatElse(head), REMEDY);
    }

    private static boolean isJson(String head) {
        String text = head.startsWith(BYTE_ORDER_MARK) ? head.substring(BYTE_ORDER_MARK.length()) : head;
        return text.stripLeading().startsWith("{");
    }

    private static String whatElse(String head) {
        if (head.isEmpty()) {
            return "The file is empty";
        } else if (head.startsWith("PK\5\6")) {
            return "The zip is empty";
        } else if (head.stripLeading().startsWith("<")) {
            return "The file is HTML or XML, not a zip and not a result.json";
        }
        return "The file is neither a zip nor a result.json";
    }
}
