package routes.tdlib;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.stream.Stream;
import routes.telegram.TdlibProperties;

/** The real library for tests, if this machine has it or may fetch it. */
public final class RealTdlib {
    private static final Path FETCHED = Path.of("target/tdlib");

    private RealTdlib() {}

    /** Skips the test without the library. */
    public static Path library() {
        if (Boolean.getBoolean("tdlib.fetch") && System.getenv("TDLIB_LIBRARY") == null) {
            fetch();
        }
        Path library = Stream.of(
                        System.getenv("TDLIB_LIBRARY"),
                        TdlibLibrary.fetched(Path.of("data/tdlib")).toString(),
                        TdlibLibrary.fetched(FETCHED).toString())
                .filter(Objects::nonNull)
                .map(Path::of)
                .filter(Files::exists)
                .findFirst()
                .orElse(null);
        assumeTrue(
                library != null,
                "there is no TDLib: set TDLIB_LIBRARY, run the program with --fetch-tdlib, or the tests with -Dtdlib.fetch=true");
        return library.toAbsolutePath();
    }

    public static Tdlib load() {
        try {
            return Tdlib.load(library(), Duration.ZERO);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Once, although several JVMs run tests. */
    private static void fetch() {
        try {
            Files.createDirectories(FETCHED);
            try (FileChannel channel = FileChannel.open(
                            FETCHED.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                boolean tried = Files.exists(FETCHED.resolve("failed")) || Files.exists(TdlibLibrary.fetched(FETCHED));
                if (lock.isValid() && !tried) {
                    TdlibLibrary.fetch(URI.create(TdlibProperties.REGISTRY), FETCHED);
                }
            }
        } catch (IOException e) {
            // without the network these tests are skipped; the next class need not wait for it again
            System.err.println("WARNING: TDLib cannot be fetched, its tests are SKIPPED: " + e.getMessage());
            write(FETCHED.resolve("failed"), e.getMessage());
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Parameters of a session; the key is a text of any length. */
    public static ObjectNode parameters(Path folder, String key) {
        return Tdlib.request("setTdlibParameters")
                .put("use_test_dc", true)
                .put("database_directory", folder.resolve("db").toString())
                .put("files_directory", folder.resolve("files").toString())
                .put("database_encryption_key", Base64.getEncoder().encodeToString(key.getBytes()))
                .put("use_message_database", true)
                .put("api_id", 12345)
                .put("api_hash", "0123456789abcdef0123456789abcdef")
                .put("system_language_code", "en")
                .put("device_model", "test")
                .put("application_version", "1");
    }

    /** Sends all connections to a closed port of this machine, so that tests never talk to Telegram. */
    public static ObjectNode deadProxy() {
        ObjectNode request = Tdlib.request("addProxy").put("enable", true).put("comment", "");
        ObjectNode proxy = Tdlib.request("proxy").put("server", "127.0.0.1").put("port", 1);
        proxy.set("type", Tdlib.request("proxyTypeSocks5").put("username", "").put("password", ""));
        request.set("proxy", proxy);
        return request;
    }
}
