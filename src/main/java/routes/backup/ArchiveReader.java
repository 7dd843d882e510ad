package routes.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import routes.events.Sha256;

/** Reads an archive from beginning to end, as often as needed. Keeps at most a buffer of it in memory. */
record ArchiveReader(Path file, ObjectMapper json) {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_MANIFEST_BYTES = 16 << 20;
    private static final Pattern CHUNK = Pattern.compile("(?<part>.+)\\.(?<number>\\d{6})\\.gz");

    /** Processes each part. Unread content is skipped. */
    interface PartVisitor {
        PartVisitor NONE = (name, content) -> {};

        void part(String name, InputStream content) throws IOException;
    }

    /** Processes each object. Unread content is skipped. */
    interface ObjectVisitor {
        ObjectVisitor NONE = (key, size, content) -> {};

        void object(String key, long size, InputStream content) throws IOException;
    }

    /**
     * Reads the whole archive and verifies it against the manifest.
     *
     * @throws BackupException if the file is truncated or modified, or is not an archive
     */
    Manifest verified() {
        Map<String, Manifest.Part> found = new LinkedHashMap<>();
        var objects = new Archive.Hash();
        Map<String, byte[]> manifest = read(
                (name, content) -> {
                    var hash = new Archive.Hash();
                    add(hash, content);
                    if (found.put(name, hash.part()) != null) {
                        throw damaged(name + " occurs twice", null);
                    }
                },
                (key, size, content) -> {
                    objects.beginObject(key, size);
                    add(objects, content);
                });
        if (!manifest.containsKey(Archive.MANIFEST_HASH)) {
            throw new BackupException(file
                    + " is not a complete backup: its end is missing. It was truncated when it was written or copied;"
                    + " use another backup");
        }
        byte[] text = manifest.getOrDefault(Archive.MANIFEST, new byte[0]);
        String hash = new String(manifest.get(Archive.MANIFEST_HASH), StandardCharsets.US_ASCII).strip();
        if (!hash.equals(Sha256.hex(text))) {
            throw damaged("the checksum of its manifest does not match", null);
        }
        Manifest known;
        try {
            known = json.readValue(text, Manifest.class);
        } catch (JsonProcessingException e) {
            throw damaged("its manifest is not readable", e);
        } catch (IOException e) {
            throw new IllegalStateException(e); // cannot happen: the data is in memory
        }
        if (known.format() != Manifest.FORMAT) {
            throw new BackupException(
                    file + " was created by version " + known.program()
                            + " of the program in a format that this version does not support; restore it with that version or a later one");
        }
        found.put(Archive.OBJECTS, objects.part());
        known.parts().forEach((name, part) -> {
            Manifest.Part there = found.remove(name);
            if (there == null || !there.sha256().equals(part.sha256()) || there.bytes() != part.bytes()) {
                throw damaged(name + " is missing or its checksum does not match", null);
            }
        });
        if (!found.isEmpty()) {
            throw damaged("it contains parts that are not in its manifest: " + found.keySet(), null);
        }
        return known;
    }

    private static void add(Archive.Hash hash, InputStream content) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        int read;
        while ((read = content.read(buffer)) >= 0) {
            hash.add(buffer, 0, read);
        }
    }

    private BackupException damaged(String what, Throwable cause) {
        return new BackupException(
                file + " is damaged: " + what + ". Nothing was restored from it; use another backup", cause);
    }

    /**
     * @return the manifest and its hash, if present
     * @throws BackupException if the archive cannot be read
     */
    Map<String, byte[]> read(PartVisitor parts, ObjectVisitor objects) {
        Map<String, byte[]> manifest = new LinkedHashMap<>();
        String at = "its beginning";
        try (var tar = new TarArchiveInputStream(
                new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES), StandardCharsets.UTF_8.name())) {
            TarArchiveEntry entry = tar.getNextEntry();
            while (entry != null) {
                at = entry.getName();
                requireIntact(entry);
                Matcher chunk = CHUNK.matcher(at);
                if (at.startsWith(Archive.OBJECTS)) {
                    objects.object(at.substring(Archive.OBJECTS.length()), entry.getSize(), tar);
                } else if (chunk.matches()) {
                    var content = new Chunks(tar, chunk.group("part"), chunk.group("number"));
                    parts.part(chunk.group("part"), content);
                    entry = content.following();
                    continue;
                } else if (at.equals(Archive.MANIFEST) || at.equals(Archive.MANIFEST_HASH)) {
                    manifest.put(at, tar.readNBytes(MAX_MANIFEST_BYTES));
                } else {
                    throw damaged(at + " is not part of a backup", null);
                }
                entry = tar.getNextEntry();
            }
            return manifest;
        } catch (EOFException e) {
            throw damaged("it ends in the middle of " + at, e);
        } catch (ZipException e) {
            throw damaged(at + " is corrupt (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("runcated")) { // message of commons-compress
                throw damaged("it ends in the middle of " + at, e);
            }
            String reason = Archive.isDiskFull(e) ? "the disk is full" : e.getMessage();
            throw new BackupException(
                    "The restore from " + file + " stopped at " + at + ": " + reason
                            + "; fix the cause and run the command again",
                    e);
        } catch (IllegalArgumentException e) {
            throw damaged(at + " is not a valid tar entry (" + e.getMessage() + ")", e);
        }
    }

    private void requireIntact(TarArchiveEntry entry) {
        if (!entry.isCheckSumOK()) {
            throw damaged(entry.getName() + " is corrupt", null);
        }
    }

    /** The content of the consecutive chunks of a part. */
    private final class Chunks extends InputStream {
        private final TarArchiveInputStream tar;
        private final String part;
        private int number = 1;
        private InputStream current;
        private TarArchiveEntry following;
        private boolean isOver;

        Chunks(TarArchiveInputStream tar, String part, String first) throws IOException {
            this.tar = tar;
            this.part = part;
            if (Integer.parseInt(first) != 1) {
                throw damaged("the first chunk of " + part + " is missing", null);
            }
            current = new GZIPInputStream(tar, BUFFER_BYTES);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (!isOver) {
                int read = current.read(buffer, offset, length);
                if (read >= 0) {
                    return read;
                }
                next();
            }
            return -1;
        }

        private void next() throws IOException {
            following = tar.getNextEntry();
            Matcher chunk = CHUNK.matcher(following == null ? "" : following.getName());
            if (chunk.matches() && chunk.group("part").equals(part)) {
                number++;
                requireIntact(following);
                if (Integer.parseInt(chunk.group("number")) != number) {
                    throw damaged("chunk " + number + " of " + part + " is missing", null);
                }
                current = new GZIPInputStream(tar, BUFFER_BYTES);
            } else {
                isOver = true;
            }
        }

        /** Skips the rest of the part and returns the next entry. */
        TarArchiveEntry following() throws IOException {
            while (!isOver) {
                next();
            }
            return following;
        }
    }
}
