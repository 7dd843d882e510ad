package routes.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Stores media, crawled pages and summaries. Keys have the form {@code media/<tenant>/<first two hex>/<sha256>.<ext>}: segments of
 * letters, digits and {@code ._-}, separated by slashes. Every method throws {@link IllegalArgumentException} for any other key.
 */
public interface ObjectStore {

    /** Returns the name of the bucket, as stored with keys in the database. */
    String bucket();

    /**
     * Stores an object completely or not at all. Replaces an existing object with the same key.
     *
     * @param sizeBytes length of the content
     * @param contentType MIME type
     * @throws IOException if the object could not be stored, or the content has a different length
     */
    void put(String key, String contentType, long sizeBytes, InputStream content) throws IOException;

    /** Returns the content, which the caller must close; empty if there is no such object. */
    Optional<InputStream> get(String key) throws IOException;

    boolean exists(String key) throws IOException;

    /** Deletes an object; does nothing if it does not exist. */
    void delete(String key) throws IOException;

    /**
     * @param sizeBytes length of the content
     * @param storedAt time when it was last stored, by the clock of the store
     */
    record Stored(String key, long sizeBytes, Instant storedAt) {}

    /**
     * Passes each object whose key begins with {@code prefix} to {@code work}, in any order. Objects stored or deleted in the meantime may
     * be missing.
     */
    void each(String prefix, Consumer<Stored> work) throws IOException;

    /**
     * Checks whether the store is usable, for health.
     *
     * @throws IOException with the reason if it is not
     */
    void check() throws IOException;

    /**
     * Copies content of a declared length, and never more than that.
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
