package routes.ingest.export;

import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of {@code result.json} as a JSON parser can read them. Telegram Desktop writes control characters as
 * {@code \x0B}, which is no JSON: four spaces take their place, so that positions stay true. It also bounds what may be read
 * for one message, since a parser would fill the memory with whatever a broken file holds.
 */
final class ExportInput extends InputStream {
    private static final long UNLIMITED = Long.MAX_VALUE;

    private final InputStream file;
    private long position;
    private long limit = UNLIMITED;
    private boolean escaped;
    private int blanks;

    ExportInput(InputStream file) {
        this.file = file;
    }

    /** Bytes given so far; the parser has read at most a buffer less. */
    long position() {
        return position;
    }

    /** From now on reading is refused beyond this many further bytes. */
    void limit(long bytes) {
        limit = position + bytes;
    }

    void unlimited() {
        limit = UNLIMITED;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (position > limit) {
            throw new MessageTooLongException();
        }
        int count = file.read(buffer, offset, length);
        if (count > 0) {
            position += count;
            blankControlEscapes(buffer, offset, offset + count);
        }
        return count;
    }

    /** Works over the borders of buffers, except that a backslash which ended one is changed only together with its x. */
    private void blankControlEscapes(byte[] buffer, int from, int to) {
        for (int i = from; i < to; i++) {
            if (blanks > 0) {
                buffer[i] = ' ';
                blanks--;
            } else if (escaped) {
                escaped = false;
                if (buffer[i] == 'x') {
                    buffer[i] = ' ';
                    blanks = 2;
                    if (i > from) {
                        buffer[i - 1] = ' ';
                    } else {
                        // the backslash is with the parser already: \/ is a slash in JSON
                        buffer[i] = '/';
                    }
                }
            } else if (buffer[i] == '\\') {
                escaped = true;
            }
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    static final class MessageTooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
