package routes.api.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** HTTP/1.1 without a client's help, which would send nothing that is not well-formed. One connection, kept while it lasts. */
public final class Wire implements AutoCloseable {
    private final int port;
    private final int timeoutMillis;
    private final Map<String, String> always;
    private Socket socket;
    private InputStream in;

    /**
     * @param always headers of every request, such as an API key
     */
    public Wire(int port, int timeoutMillis, Map<String, String> always) {
        this.port = port;
        this.timeoutMillis = timeoutMillis;
        this.always = Map.copyOf(always);
    }

    /** What came back; names of headers in lower case. */
    public record Reply(int status, Map<String, String> headers, byte[] bytes) {
        public String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }

        public String body() {
            return new String(bytes, UTF_8);
        }
    }

    /**
     * @throws java.net.SocketTimeoutException if there is no answer in time
     */
    public Reply send(Request request) throws IOException {
        Request whole = request;
        for (Map.Entry<String, String> header : always.entrySet()) {
            whole = whole.with(header.getKey(), header.getValue());
        }
        byte[] bytes = whole.bytes("127.0.0.1:" + port);
        if (socket != null) {
            try {
                return exchange(request, bytes);
            } catch (EOFException | SocketException e) {
                // the server may have ended a connection that was idle
                close();
            }
        }
        connect();
        return exchange(request, bytes);
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }

    private void connect() throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(timeoutMillis);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    private Reply exchange(Request request, byte[] bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            // refused before all was sent: the answer is there all the same
        }
        String status = line();
        while (status.startsWith("HTTP/1.1 1")) {
            headers();
            status = line();
        }
        Map<String, String> headers = headers();
        int code = Integer.parseInt(status.substring(9, 12));
        byte[] body = hasBody(request, code) ? body(headers) : new byte[0];
        if ("close".equals(headers.get("connection"))) {
            close();
        }
        return new Reply(code, headers, body);
    }

    private static boolean hasBody(Request request, int code) {
        return !request.method().equals("HEAD") && code != 204 && code != 304;
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if ("chunked".equals(headers.get("transfer-encoding"))) {
            var body = new ByteArrayOutputStream();
            for (int length = chunk(); length > 0; length = chunk()) {
                body.writeBytes(in.readNBytes(length));
                line();
            }
            line();
            return body.toByteArray();
        }
        String length = headers.get("content-length");
        return length == null ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
    }

    private int chunk() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return headers;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("The connection ended without an answer");
            }
            line.write(c);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }
}
