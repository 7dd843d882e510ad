package routes.llm.standin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A stand-in for both model services on the loopback interface, for tests and benchmarks: speaks their protocols and
 * fails as they do, when told so.
 */
public final class ModelServer implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String GIGACHAT = "/gigachat/api";
    private static final String OPENROUTER = "/openrouter/api";
    /** Hundreds of clients may connect at once. */
    private static final int BACKLOG = 1_000;

    private final GigaChatService gigaChat = new GigaChatService();
    private final OpenRouterService openRouter = new OpenRouterService();
    private final ServerSocket door;
    private final Optional<SSLSocketFactory> tls;
    private final CountDownLatch doorClosed = new CountDownLatch(1);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "model-server");
        thread.setDaemon(true);
        return thread;
    });

    private ModelServer(int port, Optional<SSLSocketFactory> tls) {
        this.tls = tls;
        try {
            door = new ServerSocket(port, BACKLOG, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        } catch (IOException e) {
            throw new UncheckedIOException("No server on port " + port, e);
        }
    }

    /** On any free port. */
    public static ModelServer start() {
        return start(0);
    }

    public static ModelServer start(int port) {
        return opened(new ModelServer(port, Optional.empty()));
    }

    /** HTTPS on any free port. */
    public static ModelServer startTls(KeyStore keys, char[] password) {
        try {
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return opened(new ModelServer(0, Optional.of(context.getSocketFactory())));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("No server has these keys", e);
        }
    }

    private static ModelServer opened(ModelServer server) {
        server.threads.execute(server::accept);
        return server;
    }

    /** Runs until the process is killed: {@code --port=9100 --latency=500ms --limit=32}, each of them optional. */
    public static void main(String[] arguments) throws InterruptedException {
        new ModelServerProcess(arguments).run(System.out);
    }

    public String gigaChatBaseUrl() {
        return url(GIGACHAT + "/v1");
    }

    public String gigaChatAuthUrl() {
        return url(GIGACHAT + "/v2/oauth");
    }

    public String openRouterBaseUrl() {
        return url(OPENROUTER + "/v1");
    }

    private String url(String path) {
        return (tls.isPresent() ? "https://" : "http://") + HOST + ":" + door.getLocalPort() + path;
    }

    public GigaChatService gigaChat() {
        return gigaChat;
    }

    public OpenRouterService openRouter() {
        return openRouter;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = door.accept();
                sockets.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (SocketException | RejectedExecutionException e) {
            // the server was closed; whoever came in meanwhile may be known to this thread only
            sockets.forEach(ModelServer::close);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            doorClosed.countDown();
        }
    }

    private void serve(Socket socket) {
        try (socket;
                Connection connection = new Connection(encrypted(socket))) {
            for (Request request = connection.read(); request != null; request = connection.read()) {
                serve(request, connection);
            }
        } catch (IOException | UncheckedIOException e) {
            // the client left, or a fault or the end of the server closed the connection
            close(socket);
        } finally {
            sockets.remove(socket);
        }
    }

    private Socket encrypted(Socket socket) throws IOException {
        if (tls.isEmpty()) {
            return socket;
        }
        var encrypted = (SSLSocket) tls.get().createSocket(socket, HOST, socket.getPort(), true);
        encrypted.setUseClientMode(false);
        return encrypted;
    }

    private void serve(Request request, Connection connection) throws IOException {
        if (request.path().startsWith(GIGACHAT + "/")) {
            gigaChat.serve(request.below(GIGACHAT), connection);
        } else if (request.path().startsWith(OPENROUTER + "/")) {
            openRouter.serve(request.below(OPENROUTER), connection);
        } else {
            connection.send(Answer.html(404, "Not one of the two services"));
        }
    }

    /** Ends all calls, hanging ones too. Afterwards another server can have the port. */
    @Override
    public void close() {
        close(door);
        sockets.forEach(ModelServer::close);
        threads.shutdown();
        try {
            // a socket that a thread is waiting at keeps its port until that thread has noticed
            doorClosed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException("A socket cannot be closed", e);
        }
    }
}
