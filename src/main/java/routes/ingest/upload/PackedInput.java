package routes.ingest.upload;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The upload as it arrives: counts bytes, limits what its reader would keep in memory, and scans it as a zip. */
final class PackedInput extends FilterInputStream {
    /** Reading failed, which says nothing about the content of the upload. */
    static final class ReadException extends IOException {
        private static final long serialVersionUID = 1L;

        ReadException(IOException cause) {
            super(cause);
        }
    }

    private static final long UNLIMITED = Long.MAX_VALUE;

    private final CentralDirectoryScan directory = new CentralDirectoryScan();
    private long count;
    private long limit = UNLIMITED;

    PackedInput(InputStream upload) {
        super(upload);
    }

    long count() {
        return count;
    }

    CentralDirectoryScan directory() {
        return directory;
    }

    /** From now on, reading fails beyond this many further bytes. */
    void limit(long bytes) {
        limit = count + bytes;
    }

    void unlimited() {
        limit = UNLIMITED;
    }

    boolean isBeyondLimit() {
        return count > limit;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (isBeyondLimit()) {
            throw new IOException("More than may be kept in memory");
        }
        int read;
        try {
            read = in.read(buffer, offset, length);
        } catch (UploadRefusedException e) {
            throw e;
        } catch (IOException e) {
            throw new ReadException(e);
        }
        if (read > 0) {
            count += read;
            directory.accept(buffer, offset, read);
        }
        return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
        // read instead of skip, so that the scan sees every byte
        return readNBytes((int) Math.min(bytes, 8192)).length;
    }

    /** This class does not own the rest of the request: closing a part would read it to its end. */
    @Override
    public void close() {}
}
