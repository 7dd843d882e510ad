package routes.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.util.FileSystemUtils;

/**
 * A real broker of Kafka, which is its own controller (KRaft), in a JVM and with a class path of its own. It starts while the test does
 * other things. Use it as a static {@code @RegisterExtension}.
 */
public final class KafkaServer implements BeforeAllCallback, AfterAllCallback {
    private static final Path CLASS_PATH = Path.of("target/test-servers/kafka.classpath");

    private Path folder;
    private int port;
    private Process process;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("kafka-server");
        port = FreePort.next();
        Path data = Files.createDirectories(folder.resolve("data"));
        // what kafka.tools.StorageTool would write
        Files.writeString(
                data.resolve("meta.properties"),
                """
                version=1
                cluster.id=dGVzdC1jbHVzdGVyLWthZg
                node.id=1
                """);
        Path settings = Files.writeString(
                folder.resolve("server.properties"),
                """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                controller.listener.names=CONTROLLER
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                log.dirs=%3$s
                offsets.topic.replication.factor=1
                transaction.state.log.replication.factor=1
                auto.create.topics.enable=false
                log.cleaner.enable=false
                """
                        .formatted(port, FreePort.next(), data));
        Path arguments = Files.writeString(
                folder.resolve("arguments"),
                "-cp\n\"" + Files.readString(CLASS_PATH).strip() + "\"\n");
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx192m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-DLOG_LEVEL=warn",
                        "@" + arguments,
                        "kafka.Kafka",
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Process started = process;
        Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        FileSystemUtils.deleteRecursively(folder);
    }

    public String brokers() {
        return "127.0.0.1:" + port;
    }

    /** Makes a topic with one partition, as soon as the broker answers. */
    public void create(String topic) {
        Awaitility.await("Kafka on " + brokers())
                .atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptionsMatching(problem -> process.isAlive()
                        && (problem instanceof ExecutionException || problem instanceof TimeoutException))
                .until(() -> {
                    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers()))) {
                        if (!admin.listTopics()
                                .names()
                                .get(10, TimeUnit.SECONDS)
                                .contains(topic)) {
                            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                                    .all()
                                    .get(20, TimeUnit.SECONDS);
                        }
                        return true;
                    }
                });
    }

    /** All records of the partition of a topic, with keys and values as texts. */
    public List<ConsumerRecord<String, String>> records(String topic) {
        Map<String, Object> settings = Map.of("bootstrap.servers", brokers());
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            var partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition), Duration.ofSeconds(20))
                    .get(partition);
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            while (consumer.position(partition, Duration.ofSeconds(20)) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }
}
