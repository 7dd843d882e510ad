package routes.llm.standin;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A connection of a client. Not the HTTP server of the JDK: that one does not look at a connection while a request is
 * being answered, so a client that gave up would stay in flight for ever.
 */
final class Connection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final RequestReader requests;

    Connection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = new BufferedOutputStream(socket.getOutputStream());
        requests = new RequestReader(in);
    }

    /** The next request; null if the client is done. */
    Request read() throws IOException {
        return requests.read(() -> {
            try {
                line("HTTP/1.1 100 Continue");
                line("");
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Lets time pass. It ends early, with an exception, when the client leaves or the server is closed. */
    void pause(Duration duration) throws IOException {
        if (duration.compareTo(Duration.ZERO) > 0) {
            listen(Math.toIntExact(Math.max(1, duration.toMillis())));
        }
    }

    /** Lets time pass until the client leaves or the server is closed, then throws. */
    void pauseForEver() throws IOException {
        listen(0);
    }

    /** A client says nothing before it is answered, so whatever comes from it is that it leaves. */
    private void listen(int milliseconds) throws IOException {
        socket.setSoTimeout(milliseconds);
        try {
            if (in.read() >= 0) {
                throw new ProtocolException("A request came before the one before it was answered");
            }
            throw new EOFException("The client left before it was answered");
        } catch (SocketTimeoutException e) {
            // it is still there
            socket.setSoTimeout(0);
        }
    }

    void send(Answer answer) throws IOException {
        byte[] body = answer.bytes();
        start(answer, body.length);
        out.write(body);
        out.flush();
    }

    /** Status and headers of an answer with a body of that length. */
    void start(Answer answer, int length) throws IOException {
        head(answer);
        line("Content-Length: " + length);
        line("");
    }

    /** Status and headers of an answer that does not tell how long its body is. */
    void startChunks(Answer answer) throws IOException {
        head(answer);
        line("Transfer-Encoding: chunked");
        line("");
    }

    private void head(Answer answer) throws IOException {
        line("HTTP/1.1 " + answer.status() + " ");
        for (var header : answer.headers().entrySet()) {
            line(header.getKey() + ": " + header.getValue());
        }
    }

    /** An empty one is the last. */
    void chunk(byte[] bytes) throws IOException {
        line(Integer.toHexString(bytes.length));
        out.write(bytes);
        line("");
        out.flush();
    }

    /** A part of a body of a known length. */
    void part(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
        out.flush();
    }

    private void line(String text) throws IOException {
        out.write((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
