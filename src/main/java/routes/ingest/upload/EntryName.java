package routes.ingest.upload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.text.Normalizer;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry.NameSource;

/** Converts the names of a zip's entries, which may contain anything, to relative paths that are safe to write. */
final class EntryName {
    /** What a Russian Windows writes into zips without declaring it. */
    private static final Charset DOS_CYRILLIC = Charset.forName("IBM866");

    private static final Pattern DRIVE = Pattern.compile("^[A-Za-z]:");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final int MAX_LENGTH = 1000;
    private static final int MAX_PART_BYTES = 255;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_SHOWN = 100;
    private static final String REMEDY = "Zip the folder as Telegram Desktop wrote it, with another program.";

    private EntryName() {}

    /**
     * The name, without a trailing slash. Accented letters are composed, since macOS decomposes them.
     *
     * @throws UploadRefusedException if it must not be written to
     */
    static String of(ZipArchiveEntry entry) throws UploadRefusedException {
        String name = decode(entry);
        String wrong = wrong(name);
        if (wrong != null) {
            throw UploadRefusedException.unusable("The zip's entry " + shown(name) + " " + wrong, REMEDY);
        }
        return Normalizer.normalize(withoutSlash(name), Normalizer.Form.NFC);
    }

    static boolean isFolder(ZipArchiveEntry entry) {
        return decode(entry).endsWith("/");
    }

    /** Without characters that would garble a message. */
    static String shown(String name) {
        String shown = CONTROL.matcher(name).replaceAll("?");
        return '"' + (shown.length() > MAX_SHOWN ? shown.substring(0, MAX_SHOWN) + "…" : shown) + '"';
    }

    /** UTF-8 if the zip declares it or if nothing else is possible. */
    private static String decode(ZipArchiveEntry entry) {
        if (entry.getNameSource() == NameSource.UNICODE_EXTRA_FIELD) {
            return entry.getName();
        }
        return decode(entry.getRawName());
    }

    static String decode(byte[] raw) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException e) {
            return new String(raw, DOS_CYRILLIC);
        }
    }

    private static String withoutSlash(String name) {
        return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    }

    private static String wrong(String name) {
        List<String> parts = List.of(withoutSlash(name).split("/", -1));
        if (name.startsWith("/") || DRIVE.matcher(name).find()) {
            return "has an absolute path";
        } else if (CONTROL.matcher(name).find()) {
            return "has a control character in its name";
        } else if (name.indexOf('\\') >= 0) {
            return "has a backslash in its name";
        } else if (parts.contains("..")) {
            return "leads out of the folder";
        } else if (parts.contains("") || parts.contains(".")) {
            return "has a path with an empty part";
        } else if (name.length() > MAX_LENGTH
                || parts.stream().anyMatch(part -> part.getBytes(UTF_8).length > MAX_PART_BYTES)) {
            return "has too long a name";
        } else if (parts.size() > MAX_DEPTH) {
            return "lies more than " + MAX_DEPTH + " folders deep";
        }
        return null;
    }
}
