package routes.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/**
 * A web server on all local addresses that sends whatever bytes a test wants, also those that no real server sends. It notices every
 * connection.
 */
public final class WebServer implements AutoCloseable {
    /** Writes an answer. The connection is closed afterwards. */
    @FunctionalInterface
    public interface Site {
        void answer(Request request, OutputStream out) throws Exception;
    }

    /** @param head request line and headers */
    public record Request(String path, String head) {
        /** Empty if there is none. */
        public String header(String name) {
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    /** Addresses of this machine that were connected to. */
    public final List<InetAddress> connections = new CopyOnWriteArrayList<>();

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    public final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ServerSocket door;
    private final Site site;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    public WebServer(Site site) {
        this(ServerSocketFactory.getDefault(), site);
    }

    public WebServer(ServerSocketFactory sockets, Site site) {
        this.site = site;
        try {
            door = sockets.createServerSocket(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    public int port() {
        return door.getLocalPort();
    }

    public String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /** The highest number of concurrent requests. */
    public int mostAtOnce() {
        return mostAtOnce.get();
    }

    /** Requests that were not for robots.txt. */
    public List<String> pages() {
        return requests.stream()
                .map(Request::path)
                .filter(path -> !path.equals("/robots.txt"))
                .toList();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = door.accept();
                connections.add(socket.getLocalAddress());
                sockets.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String head = head(in);
            if (head.isEmpty()) {
                return;
            }
            Request request = new Request(head.split(" ", 3)[1], head);
            requests.add(request);
            mostAtOnce.accumulateAndGet(running.incrementAndGet(), Math::max);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 18);
            try {
                site.answer(request, out);
            } finally {
                // before the client has the whole answer and may send its next request
                running.decrementAndGet();
            }
            out.flush();
        } catch (Exception e) {
            // the client left, as some tests want
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            if (head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    /** Everything but robots.txt, which does not exist. */
    public static Site pages(Site site) {
        return (request, out) -> {
            if (request.path().equals("/robots.txt")) {
                send(out, 404, "text/plain", "");
            } else {
                site.answer(request, out);
            }
        };
    }

    /** Answers nothing until the server is closed. */
    public static void hang() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** Delays the answer, as a slow site does. */
    public static void dawdle(Duration time) throws InterruptedException {
        new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    public static void html(OutputStream out, String body) throws IOException {
        send(out, 200, "text/html; charset=utf-8", body);
    }

    public static void send(OutputStream out, int status, String type, String body, String... headers)
            throws IOException {
        send(out, status, type, body.getBytes(UTF_8), headers);
    }

    public static void send(OutputStream out, int status, String type, byte[] body, String... headers)
            throws IOException {
        String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        raw(
                out,
                "HTTP/1.1 " + status + " X\r\nContent-Type: " + type + "\r\n" + more + "Content-Length: " + body.length
                        + "\r\nConnection: close\r\n\r\n");
        out.write(body);
    }

    public static void redirect(OutputStream out, String to) throws IOException {
        out.write(("HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .getBytes(UTF_8));
    }

    public static void raw(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
        try {
            threads.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
