package routes.testing;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.util.FileSystemUtils;
import routes.objectstore.s3.S3Properties;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * S3Proxy, a real S3 server, in a JVM and with a class path of its own. Objects survive a {@link #stop} and {@link #start}. Use it as a
 * static {@code @RegisterExtension}.
 */
public final class S3Server implements BeforeAllCallback, AfterAllCallback {
    public static final String ACCESS_KEY = "test-access-key";
    public static final String SECRET_KEY = "test-secret-key";
    private static final Path CLASS_PATH = Path.of("target/test-servers/s3proxy.classpath");

    private Path folder;
    private int port;
    private Process process;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("s3-server");
        Files.createDirectories(folder.resolve("objects"));
        port = FreePort.next();
        start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        stop();
        FileSystemUtils.deleteRecursively(folder);
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The settings of a process that stores its files here. */
    public Map<String, String> settings(String bucket) {
        return Map.of(
                "S3_ENDPOINT_URL", url(),
                "S3_BUCKET", bucket,
                "S3_ACCESS_KEY_ID", ACCESS_KEY,
                "S3_SECRET_ACCESS_KEY", SECRET_KEY);
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    public void start() throws IOException {
        Path settings = Files.writeString(
                folder.resolve("s3proxy.conf"),
                """
                s3proxy.endpoint=%s
                s3proxy.authorization=aws-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                jclouds.identity=unused
                jclouds.credential=unused
                """
                        .formatted(url(), ACCESS_KEY, SECRET_KEY, folder.resolve("objects")));
        Path arguments = Files.writeString(
                folder.resolve("arguments"),
                "-cp\n\"" + Files.readString(CLASS_PATH).strip() + "\"\n");
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-DLOG_LEVEL=warn",
                        "@" + arguments,
                        "org.gaul.s3proxy.Main",
                        "--properties",
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Awaitility.await("S3Proxy on " + url())
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(this::accepts);
    }

    public void stop() {
        process.destroy();
        Awaitility.await("the end of S3Proxy").atMost(Duration.ofSeconds(60)).until(() -> !process.isAlive());
    }

    private boolean accepts() throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException("S3Proxy ended: " + Files.readString(folder.resolve("log")));
        }
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        }
    }

    public S3Properties properties(String bucket) {
        return new S3Properties(url(), bucket, "us-east-1", ACCESS_KEY, SECRET_KEY, Duration.ofSeconds(30));
    }

    /** Deletes a bucket with its objects, if it exists. */
    public void delete(S3Client client, String bucket) {
        try {
            for (S3Object object :
                    client.listObjectsV2(request -> request.bucket(bucket)).contents()) {
                client.deleteObject(request -> request.bucket(bucket).key(object.key()));
            }
            client.deleteBucket(request -> request.bucket(bucket));
        } catch (NoSuchBucketException e) {
            // nothing was stored
        }
    }
}
