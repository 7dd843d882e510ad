package routes.objectstore;

import java.io.IOException;

/**
 * The object store is currently unavailable: it is unreachable, refuses the credentials, or has no bucket. The same call may be retried.
 */
public class ObjectStoreException extends IOException {
    private static final long serialVersionUID = 1L;

    public ObjectStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
