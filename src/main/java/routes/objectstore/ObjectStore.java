package routes.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Stores media, crawled pages and summaries. Keys have the form of the specification, such as
 * {@code media/<tenant>/<first two hex>/<sha256>.<ext>}: segments of letters, digits and {@code ._-}, separated by slashes.
 * Every method throws {@link IllegalArgumentException} for any other key.
 */
public interface ObjectStore {

    /** Name of the bucket, as stored with keys in the database. */
    String bucket();

    /**
     * Stores an object completely or not at all. Replaces an object with that key.
     *
     * @param sizeBytes length of the content
     * @param contentType MIME type
     * @throws IOException if it could not be stored, or the content has a different length
     */
    void put(String key, String contentType, long sizeBytes, InputStream content) throws IOException;

    /** The content, which the caller must close; empty if there is none. */
    Optional<InputStream> get(String key) throws IOException;

    boolean exists(String key) throws IOException;

    /** Does nothing if there is no such object. */
    void delete(String key) throws IOException;

    /**
     * @param sizeBytes length of the content
     * @param storedAt when it was stored last, by the clock of the store
     */
    record Stored(String key, long sizeBytes, Instant storedAt) {}

    /** Gives each object whose key begins with {@code prefix}, in any order; objects that are stored or deleted meanwhile may be missing. */
    void each(String prefix, Consumer<Stored> work) throws IOException;

    /**
     * Reports whether the store can be used, for health.
     *
     * @throws IOException with the reason if it cannot
     */
    void check() throws IOException;

    /**
     * Copies content whose length was announced, and never more of it.
     *
     * @throws IOException if the content has a different length
     */
    static void copy(String key, InputStream content, long sizeBytes, OutputStream to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long copied = 0;
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            copied += read;
            if (copied > sizeBytes) {
                throw new IOException(key + ": the content is longer than the specified " + sizeBytes + " bytes");
            }
            to.write(buffer, 0, read);
        }
        if (copied < sizeBytes) {
            throw new IOException(
                    key + ": " + "the content has " + copied + " bytes instead of the specified " + sizeBytes);
        }
    }
}
