package routes.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Where media, crawled pages and summaries are kept. Keys are those of the specification, such as
 * {@code media/<tenant>/<first two hex>/<sha256>.<ext>}: segments of letters, digits and {@code ._-}, separated by slashes.
 * Every method throws {@link IllegalArgumentException} for another key.
 */
public interface ObjectStore {

    /** Name of the bucket, as it is stored beside keys in the database. */
    String bucket();

    /**
     * Stores an object as a whole or not at all; an object of that key is replaced.
     *
     * @param sizeBytes length of the content
     * @param contentType MIME type
     * @throws IOException if it could not be stored, or the content has another length
     */
    void put(String key, String contentType, long sizeBytes, InputStream content) throws IOException;

    /** The content, to be closed by the caller; empty if there is none. */
    Optional<InputStream> get(String key) throws IOException;

    boolean exists(String key) throws IOException;

    /** Does nothing if there is no such object. */
    void delete(String key) throws IOException;
}
