package routes.ingest.upload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.UnicodePathExtraField;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.springframework.util.StringUtils;

/**
 * Converts the names of a zip's entries, which may contain anything, to relative paths that are safe to write. Finds the export
 * among them.
 */
final class EntryNames {
    /** The encoding that a Russian Windows uses in zips without declaring it. */
    private static final Charset DOS_CYRILLIC = Charset.forName("IBM866");

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    /** Patterns that a name without its trailing slash must not match, and the reason. The first match is reported. */
    private static final List<Map.Entry<Pattern, String>> FAULTS = List.of(
            entry(Pattern.compile("^(?:/|[A-Za-z]:)"), "has an absolute path"),
            entry(CONTROL, "has a control character in its name"),
            entry(Pattern.compile("\\\\"), "has a backslash in its name"),
            entry(Pattern.compile("(?:^|/)\\.\\.(?:/|$)"), "leads outside the folder"),
            entry(Pattern.compile("(?:^|/)\\.?(?:/|$)"), "has a path with an empty part"),
            entry(Pattern.compile("^.{1001}"), "has a name that is too long"),
            entry(Pattern.compile("^(?:[^/]*/){16}"), "is nested more than 16 folders deep"));

    private static final int MAX_PART_BYTES = 255;
    private static final int MAX_SHOWN = 100;
    private static final String RESULT = "result.json";
    static final String ONE_EXPORT = "Zip a single export folder, as created by Telegram Desktop.";

    /**
     * Whether each path is a folder. Paths that differ only in case are treated as equal, as on some file systems. The keys are
     * digests, because paths can be long and numerous.
     */
    private final Map<UUID, Boolean> folders = new HashMap<>();

    private final List<String> results = new ArrayList<>();
    private boolean hasHtml;

    /**
     * Adds an entry.
     *
     * @return the path of a file, empty for a folder; accented letters are composed, because macOS decomposes them
     * @throws UploadRefusedException if the path must not be written to, is a duplicate, or is both a file and a folder
     */
    Optional<String> add(ZipArchiveEntry entry) throws UploadRefusedException {
        String decoded = decode(entry);
        boolean isFolder = decoded.endsWith("/");
        String bare = isFolder ? decoded.substring(0, decoded.length() - 1) : decoded;
        check(bare);
        String name = Normalizer.normalize(bare, Normalizer.Form.NFC);
        for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
            add(name, name.substring(0, end), true);
        }
        add(name, name, isFolder);
        if (isFolder) {
            return Optional.empty();
        }
        hasHtml |= ("/" + name).endsWith("/messages.html");
        if (("/" + name).endsWith("/" + RESULT)) {
            results.add(name);
        }
        return Optional.of(name);
    }

    /**
     * Returns the folder of the least deeply nested {@code result.json}. Deeper ones are attachments with the same name.
     *
     * @throws UploadRefusedException if there is no export, or more than one
     */
    Path export() throws UploadRefusedException {
        int depth = results.stream().mapToInt(EntryNames::depth).min().orElse(0);
        List<String> exports =
                results.stream().filter(name -> depth(name) == depth).toList();
        if (exports.isEmpty()) {
            throw UploadRefusedException.unusable(
                    hasHtml
                            ? "The zip contains an export in HTML, but no " + RESULT
                            : "The zip contains no " + RESULT + "; nested zips are not unpacked",
                    "Export from Telegram Desktop in the format \"Machine-readable JSON\" and zip its folder.");
        }
        if (exports.size() > 1) {
            throw UploadRefusedException.unusable(
                    "The zip contains more than one export: " + shown(exports.get(0)) + " and " + shown(exports.get(1)),
                    "Upload each export separately.");
        }
        String first = exports.get(0);
        return Path.of(first.substring(0, first.length() - RESULT.length()));
    }

    /** Returns the name without characters that would garble a message. */
    static String shown(String name) {
        String shown = CONTROL.matcher(name).replaceAll("?");
        return '"' + (shown.length() > MAX_SHOWN ? shown.substring(0, MAX_SHOWN) + "…" : shown) + '"';
    }

    private void add(String entry, String path, boolean isFolder) throws UploadRefusedException {
        UUID digest = UUID.nameUUIDFromBytes(path.toLowerCase(Locale.ROOT).getBytes(UTF_8));
        Boolean wasFolder = folders.putIfAbsent(digest, isFolder);
        if (wasFolder != null && wasFolder != isFolder) {
            throw UploadRefusedException.unusable(
                    "The zip's entry " + shown(entry)
                            + " conflicts with another entry: a file and a folder have the same name",
                    ONE_EXPORT);
        } else if (wasFolder != null && !isFolder) {
            throw UploadRefusedException.unusable(
                    "The zip has the entry " + shown(entry) + " twice, or with names that differ only in case",
                    ONE_EXPORT);
        }
    }

    private static void check(String name) throws UploadRefusedException {
        String fault = FAULTS.stream()
                .filter(one -> one.getKey().matcher(name).find())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        if (fault == null
                && Arrays.stream(name.split("/")).anyMatch(part -> part.getBytes(UTF_8).length > MAX_PART_BYTES)) {
            fault = "has a name that is too long";
        }
        if (fault != null) {
            throw UploadRefusedException.unusable(
                    "The zip's entry " + shown(name) + " " + fault,
                    "Zip the folder created by Telegram Desktop with another program.");
        }
    }

    /** Decodes a name from the Unicode extra field or from UTF-8; if the bytes are not valid UTF-8, from {@link #DOS_CYRILLIC}. */
    private static String decode(ZipArchiveEntry entry) {
        byte[] name = entry.getRawName();
        var checksum = new CRC32();
        checksum.update(name);
        if (entry.getExtraField(UnicodePathExtraField.UPATH_ID) instanceof UnicodePathExtraField unicode
                && unicode.getNameCRC32() == checksum.getValue()) {
            name = unicode.getUnicodeName();
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
        } catch (CharacterCodingException e) {
            return new String(name, DOS_CYRILLIC);
        }
    }

    private static int depth(String path) {
        return StringUtils.countOccurrencesOf(path, "/");
    }
}
