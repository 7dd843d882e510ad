package routes.tdlib;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TDLib in this process: its single receiving thread and its clients. The thread runs while at least one client is open.
 *
 * <p>A JVM that exits with open clients can abort, so a shutdown hook closes them.
 */
public final class Tdlib {
    /** Earlier versions lack {@code messageRichMessage}, so the text of such posts would be lost. */
    static final String MIN_VERSION = "1.8.65";

    /** Errors only: at higher levels TDLib logs requests, including codes and passwords. */
    private static final int LOG_VERBOSITY = 1;

    private static final double RECEIVE_SECONDS = 1;
    private static final int ANSWER_THREADS = 4;
    private static final Duration CLOSE_AT_EXIT = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(Tdlib.class);

    /** TDLib has one stream of answers and updates per process. */
    private static Tdlib loaded;

    private static Path loadedFrom;

    private final TdJson json;
    private final Duration exitGrace;
    private final Map<Integer, TdlibClient> clients = new ConcurrentHashMap<>();
    private final AtomicBoolean hooked = new AtomicBoolean();
    private final AtomicLong unrecognised = new AtomicLong();
    private final AtomicLong withoutClient = new AtomicLong();
    final ExecutorService answers = Executors.newFixedThreadPool(ANSWER_THREADS, daemon("tdlib-answers"));

    /** One thread, so that states are reported in order. */
    final ExecutorService states = Executors.newSingleThreadExecutor(daemon("tdlib-states"));

    final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, daemon("tdlib-timers"));
    private Thread receiver;

    /**
     * @param json      the library, or a stand-in for it. No other code may receive from it
     * @param exitGrace how long the shutdown hook waits for the owner of the clients to close them
     */
    public Tdlib(TdJson json, Duration exitGrace) {
        this.json = json;
        this.exitGrace = exitGrace;
        timers.setRemoveOnCancelPolicy(true);
    }

    /**
     * Loads the library, at most once per process.
     *
     * @param exitGrace how long the shutdown hook waits for the owner of the clients to close them
     * @throws IOException with the file, the problem and the remedy
     */
    public static synchronized Tdlib load(Path library, Duration exitGrace) throws IOException {
        Path file = library.toAbsolutePath().normalize();
        if (loaded != null) {
            if (!file.equals(loadedFrom)) {
                throw new IOException(file + ": this process already uses TDLib from " + loadedFrom);
            }
            return loaded;
        }
        loaded = new Tdlib(open(file), exitGrace);
        loadedFrom = file;
        return loaded;
    }

    /** @throws IOException with the file, the problem and the remedy */
    static TdJson open(Path file) throws IOException {
        TdlibLibrary.check(file);
        TdJson json;
        String version;
        try {
            json = new NativeTdJson(file);
            version = version(json);
        } catch (UnsatisfiedLinkError e) {
            throw new IOException(
                    file
                            + ": cannot be loaded: it is not a tdjson library of TDLib 1.7.10 or later, or not one for this"
                            + " system ("
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + ")",
                    e);
        }
        requireVersion(file, version);
        LOG.info("TDLib {} from {}", version, file);
        return json;
    }

    static void requireVersion(Path file, String version) throws IOException {
        boolean known = version.matches("\\d+(\\.\\d+)*");
        if (!known
                || ModuleDescriptor.Version.parse(version).compareTo(ModuleDescriptor.Version.parse(MIN_VERSION)) < 0) {
            throw new IOException(file + ": is TDLib " + version + ", needed is " + MIN_VERSION + " or later");
        }
    }

    private static String version(TdJson json) throws IOException {
        json.execute(request("setLogVerbosityLevel")
                .put("new_verbosity_level", LOG_VERBOSITY)
                .toString());
        String answer = json.execute(request("getOption").put("name", "version").toString());
        return Received.MAPPER.readTree(String.valueOf(answer)).path("value").asText("0");
    }

    public static ObjectNode request(String function) {
        return JsonNodeFactory.instance.objectNode().put("@type", function);
    }

    /** Creates a client, which is not open yet. */
    public TdlibClient client(String name) {
        return new TdlibClient(name, this);
    }

    /**
     * Runs a function that needs no client, such as {@code getTextEntities}.
     *
     * @throws TdlibException if TDLib answers with an error
     */
    public ObjectNode execute(ObjectNode request) throws TdlibException {
        return answer(request.path("@type").asText(), json.execute(request.toString()));
    }

    static ObjectNode answer(String function, String text) throws TdlibException {
        try {
            ObjectNode answer = (ObjectNode) Received.MAPPER.readTree(text);
            if (answer.path("@type").asText().equals("error")) {
                throw new TdlibException(
                        function,
                        answer.path("code").asInt(),
                        answer.path("message").asText());
            }
            return answer;
        } catch (IOException e) {
            throw new TdlibException(function, 0, "the answer is not JSON");
        }
    }

    /** Creates a client id and activates it with a first request. */
    int open(TdlibClient client) {
        closeAtExit();
        int id = json.createClientId();
        synchronized (clients) {
            clients.put(id, client);
            if (receiver == null) {
                receiver = daemon("tdlib-receive").newThread(this::receive);
                receiver.start();
            }
        }
        return id;
    }

    /**
     * Called when a client has closed. After the last client, the receiving thread ends: it must not be inside TDLib when the JVM exits.
     */
    void closed(int id) {
        clients.remove(id);
    }

    void send(int id, ObjectNode request) {
        json.send(id, request.toString());
    }

    private void receive() {
        try {
            while (hasClients()) {
                String received = json.receive(RECEIVE_SECONDS);
                if (received != null) {
                    distribute(received);
                }
            }
        } finally {
            synchronized (clients) {
                receiver = receiver == Thread.currentThread() ? null : receiver;
                clients.notifyAll();
            }
        }
    }

    /**
     * Returns whether the receiving thread has clients. If not, the thread counts as ended immediately, so that a client opened now starts
     * another one.
     */
    private boolean hasClients() {
        synchronized (clients) {
            if (clients.isEmpty()) {
                receiver = null;
            }
            return receiver != null;
        }
    }

    private void distribute(String text) {
        Received received;
        try {
            received = Received.of(text);
        } catch (IOException e) {
            // do not log the text: it may contain a message
            LOG.error(
                    "TDLib sent something other than a JSON object: {}",
                    e.getClass().getName());
            unrecognised.incrementAndGet();
            return;
        }
        TdlibClient client = clients.get(received.clientId());
        if (client == null) {
            withoutClient.incrementAndGet();
        } else if (received.request() != 0) {
            client.answered(received);
        } else if (received.type().startsWith("update")) {
            client.updated(received);
        } else {
            unrecognised.incrementAndGet();
            LOG.debug("TDLib sent an object of unknown kind {}", received.type());
        }
    }

    /** Returns the number of objects that are neither a response nor an update. They are ignored. */
    public long unrecognised() {
        return unrecognised.get();
    }

    /** Returns the number of objects for closed clients. */
    public long withoutClient() {
        return withoutClient.get();
    }

    private void closeAtExit() {
        if (hooked.compareAndSet(false, true)) {
            Runtime.getRuntime().addShutdownHook(new Thread(this::closeAll, "tdlib-close"));
        }
    }

    private void closeAll() {
        try {
            awaitClosed(exitGrace);
            clients.values().forEach(TdlibClient::close);
            if (!awaitClosed(CLOSE_AT_EXIT)) {
                LOG.warn("TDLib did not close {} clients within {}", clients.size(), CLOSE_AT_EXIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether all clients are closed and the receiving thread has ended */
    boolean awaitClosed(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        synchronized (clients) {
            while (receiver != null) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                clients.wait(left);
            }
            return true;
        }
    }

    private static ThreadFactory daemon(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
