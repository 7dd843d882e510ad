package routes.llm.standin;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads requests of HTTP/1.1, as much of it as clients of the model services send. */
final class RequestReader {
    private static final int LONGEST_LINE = 64 * 1024;

    private final InputStream in;

    RequestReader(InputStream in) {
        this.in = in;
    }

    /**
     * The next request; null if the client is done with the connection.
     *
     * @param readyForBody run when a client wants to hear that it may send the body
     */
    Request read(Runnable readyForBody) throws IOException {
        String first = line();
        if (first == null) {
            return null;
        }
        String[] parts = first.split(" ", -1);
        if (parts.length != 3) {
            throw new ProtocolException("This is no request line: " + first);
        }
        Map<String, String> headers = headers();
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            readyForBody.run();
        }
        String path = parts[1].replaceFirst("\\?.*", "");
        return new Request(parts[0], path, headers, body(headers));
    }

    private Map<String, String> headers() throws IOException {
        var headers = new HashMap<String, String>();
        for (String line = someLine(); !line.isEmpty(); line = someLine()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new ProtocolException("This is no header: " + line);
            }
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (one, other) -> one + ", " + other);
        }
        return headers;
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            return chunks();
        }
        return exactly(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }

    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            body.writeBytes(exactly(size));
            someLine();
        }
        // trailers, which nobody sends, and the empty line
        headers();
        return body.toByteArray();
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(someLine().replaceFirst(";.*", "").strip(), 16);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("The client left within a body");
        }
        return bytes;
    }

    private String someLine() throws IOException {
        String line = line();
        if (line == null) {
            throw new EOFException("The client left within a request");
        }
        return line;
    }

    /** The next line; null at the end. */
    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 && line.size() == 0) {
                return null;
            }
            if (c < 0 || line.size() == LONGEST_LINE) {
                throw new ProtocolException("A line has no end");
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
