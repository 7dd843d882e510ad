package routes.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import org.springframework.core.NestedExceptionUtils;
import routes.api.http.ProblemType;
import routes.ingest.upload.UploadProperties;
import routes.ingest.upload.UploadRefusedException;
import routes.ingest.upload.UploadRefusedException.Reason;

/** The body of an upload, limited in bytes and time regardless of the declared Content-Length. */
final class UploadBody extends FilterInputStream {

    private final UploadProperties limits;
    private final long startNanos = System.nanoTime();
    private long count;

    UploadBody(InputStream body, UploadProperties limits) {
        super(body);
        this.limits = limits;
    }

    /**
     * Refuses a body that is too long, before it is read if its length is declared.
     *
     * @param length bytes read so far, or the declared Content-Length
     */
    void require(long length) throws UploadRefusedException {
        if (length > limits.maxBytes()) {
            throw new UploadRefusedException(
                    Reason.TOO_LARGE,
                    "The upload is larger than " + limits.maxBytes() + " bytes",
                    "Export fewer chats or exclude videos, or put the export under IMPORT_DIR and send its path.");
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (System.nanoTime() - startNanos > limits.timeout().toNanos()) {
            throw new UploadRefusedException(
                    Reason.TOO_SLOW,
                    "The upload takes longer than " + limits.timeout().toSeconds() + " seconds",
                    "Send a smaller export, or put it under IMPORT_DIR and send its path.");
        }
        int read = readFromClient(buffer, offset, length);
        count += Math.max(read, 0);
        require(count);
        return read;
    }

    private int readFromClient(byte[] buffer, int offset, int length) {
        try {
            return super.read(buffer, offset, length);
        } catch (IOException e) {
            if (NestedExceptionUtils.getMostSpecificCause(e) instanceof SocketTimeoutException) {
                throw ProblemType.TOO_SLOW.exception(null, "No data was received for too long");
            }
            throw new UncheckedIOException("The client has disconnected", e);
        }
    }
}
