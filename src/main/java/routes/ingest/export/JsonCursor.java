package routes.ingest.export;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Scans the structure of a JSON file and cuts values out of it as bytes, without parsing them. A parser cannot continue after an
 * error. This class can, because it only counts brackets and quotes. It holds a buffer and one value of at most
 * {@value #MAX_VALUE_BYTES} bytes in memory.
 */
final class JsonCursor implements Closeable {
    /** A message of 4096 characters with an entity on each character is smaller than 1 MiB. */
    static final int MAX_VALUE_BYTES = 4 * 1024 * 1024;

    private static final int BUFFER_BYTES = 128 * 1024;

    private final FileChannel file;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;
    /** Offset of the buffer's first byte in the file. */
    private long bufferPosition;

    private long line = 1;
    private long lineStart;

    private byte[] value = {};
    private boolean tooLong;

    JsonCursor(Path file) throws IOException {
        this.file = FileChannel.open(file);
    }

    /** A position in the file: offset in bytes from 0, line from 1, offset of the first byte of that line. */
    record Place(long position, long line, long lineStart) {
        /** Line and column as an editor shows them; the column is in bytes from 1. */
        @Override
        public String toString() {
            return "byte %d (line %d, column %d)".formatted(position, line, position - lineStart + 1);
        }

        /** Returns this position, advanced by the first {@code count} of the bytes that follow it. */
        Place plus(byte[] bytes, int count) {
            long lines = line;
            long start = lineStart;
            for (int i = 0; i < count; i++) {
                if (bytes[i] == '\n') {
                    lines++;
                    start = position + i + 1;
                }
            }
            return new Place(position + count, lines, start);
        }
    }

    Place place() {
        return new Place(bufferPosition + at, line, lineStart);
    }

    void moveTo(Place place) throws IOException {
        file.position(place.position());
        bufferPosition = place.position();
        at = 0;
        end = 0;
        line = place.line();
        lineStart = place.lineStart();
    }

    /** Returns the next byte that is not whitespace, without consuming it, or -1 at the end of the file. */
    int peek() throws IOException {
        while (at < end || fill()) {
            byte next = buffer[at];
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
                return next & 0xFF;
            }
            consume();
        }
        return -1;
    }

    /** Consumes the byte that {@link #peek} returned. */
    void next() throws IOException {
        if (peek() < 0) {
            throw new EOFException();
        }
        consume();
    }

    /**
     * Consumes a value. If it {@linkplain #isTooLong is too long}, only its beginning is kept.
     *
     * @return false if the file ends before the value
     */
    boolean cut() throws IOException {
        peek();
        long start = place().position();
        boolean ended = scan(start + MAX_VALUE_BYTES);
        long length = place().position() - start;
        tooLong = length > MAX_VALUE_BYTES;
        value = read(start, (int) Math.min(length, MAX_VALUE_BYTES));
        return ended;
    }

    private byte[] read(long start, int length) throws IOException {
        if (start >= bufferPosition) {
            int from = (int) (start - bufferPosition);
            return Arrays.copyOfRange(buffer, from, from + length);
        }
        var bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && file.read(bytes, start + bytes.position()) >= 0) {
            // until the value is complete
        }
        return bytes.array();
    }

    /**
     * Consumes a value without keeping it.
     *
     * @throws EOFException if the file ends before the value
     */
    void skip() throws IOException {
        if (!isSkipped()) {
            throw new EOFException();
        }
    }

    /** Like {@link #skip}, but returns false if the file ends before the value. */
    boolean isSkipped() throws IOException {
        return scan(Long.MAX_VALUE);
    }

    /** The last value that was cut. */
    byte[] value() {
        return value;
    }

    /** Whether the last value that was cut is longer than {@link #MAX_VALUE_BYTES}. */
    boolean isTooLong() {
        return tooLong;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /**
     * Consumes a value.
     *
     * @param limit file offset after which the value need not be consumed completely
     */
    private boolean scan(long limit) throws IOException {
        int first = peek();
        boolean enclosed = first == '"' || first == '{' || first == '[';
        return first >= 0 && (enclosed ? scanEnclosed(limit, first == '{') : scanBare(limit));
    }

    private static int endOfPlainText(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end && bytes[i] != '"' && bytes[i] != '\\' && bytes[i] != '\n') {
            i++;
        }
        return i;
    }

    /** Uses local variables for speed, because this loop processes every byte of an export. */
    private boolean scanEnclosed(long limit, boolean object) throws IOException {
        int depth = 0;
        boolean string = false;
        boolean escaped = false;
        while (at < end || fill()) {
            byte[] bytes = buffer;
            int i = at;
            boolean done = false;
            byte next = 0;
            while (i < end && !done) {
                if (string && !escaped) {
                    i = endOfPlainText(bytes, i, end);
                    if (i == end) {
                        break;
                    }
                }
                next = bytes[i++];
                if (next == '\n') {
                    line++;
                    lineStart = bufferPosition + i;
                }
                if (escaped) {
                    escaped = false;
                } else if (string) {
                    escaped = next == '\\';
                    string = next != '"';
                } else if (next == '"') {
                    string = true;
                } else if (next == '{' || next == '[') {
                    depth++;
                } else if (next == '}' || next == ']') {
                    depth--;
                }
                done = depth <= 0 && !string;
            }
            at = i;
            if (done && object && next == ']') {
                leaveEndOfList();
            }
            if (done || bufferPosition + at > limit) {
                return true;
            }
        }
        return false;
    }

    /**
     * Handles an object that ends with a square bracket, that is, without its own closing bracket. If the bracket ends the
     * surrounding list, it is not consumed. It does not end that list if another object or another square bracket follows.
     */
    private void leaveEndOfList() throws IOException {
        Place after = place();
        boolean another = peek() == ']';
        if (peek() == ',') {
            next();
            another = peek() == '{';
        }
        if (another) {
            moveTo(after);
        } else {
            moveTo(new Place(after.position() - 1, after.line(), after.lineStart()));
        }
    }

    /** Scans a number, a literal, or a byte that cannot start a value. */
    private boolean scanBare(long limit) throws IOException {
        boolean any = false;
        while (at < end || fill()) {
            byte next = buffer[at];
            boolean structure = ",:]}[{\"".indexOf(next) >= 0;
            if (any && (structure || (next >= 0 && next <= ' '))) {
                return true;
            }
            consume();
            if (structure || bufferPosition + at > limit) {
                return true;
            }
            any = true;
        }
        return true;
    }

    private void consume() {
        if (buffer[at++] == '\n') {
            line++;
            lineStart = bufferPosition + at;
        }
    }

    private boolean fill() throws IOException {
        bufferPosition += end;
        at = 0;
        end = Math.max(0, file.read(ByteBuffer.wrap(buffer)));
        return end > 0;
    }
}
