package routes.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import routes.events.Sha256;

/**
 * The format of an archive: a tar whose entries are, in this order, {@code redis/*}, {@code database/<table>}, {@code objects/<key>}, the
 * manifest and its SHA-256. Parts of unknown length are cut into chunks {@code <part>.<number>.gz} of at most {@value #CHUNK_BYTES}
 * bytes before compression, so that neither the writer nor a reader holds more than a chunk in memory.
 */
final class Archive {
    static final String DATABASE = "database/";
    static final String REDIS = "redis/";
    static final String OBJECTS = "objects/";
    static final String STREAMS = REDIS + "streams";
    static final String VALUES = REDIS + "values";
    static final String MANIFEST = "manifest.json";
    static final String MANIFEST_HASH = "manifest.sha256";
    static final String CHUNK = "%s.%06d.gz";
    static final int CHUNK_BYTES = 4 << 20;

    private Archive() {}

    /** The incremental hash of a part. */
    static final class Hash {
        private final MessageDigest digest = Sha256.digest();
        private long bytes;
        private long count;

        void add(byte[] buffer, int offset, int length) {
            digest.update(buffer, offset, length);
            bytes += length;
        }

        /** Called before the content of an object. */
        void beginObject(String key, long size) {
            byte[] name = key.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                    .putInt(name.length)
                    .putLong(size)
                    .array());
            digest.update(name);
            count++;
        }

        void counted(long more) {
            count += more;
        }

        long bytes() {
            return bytes;
        }

        long count() {
            return count;
        }

        Manifest.Part part() {
            return new Manifest.Part(count, bytes, HexFormat.of().formatHex(digest.digest()));
        }
    }

    /**
     * Returns whether writing failed because the disk is full or a file size limit was reached. The JDK has no specific exceptions for
     * these errors.
     */
    static boolean isDiskFull(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("No space left on device") || message.contains("File too large");
    }
}
