package routes.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import routes.configuration.ConfigurationException;
import routes.embedded.EmbeddedConfiguration.RedisProperties;
import routes.redisstreams.RedisStreamsComponent;
import routes.testing.EmbeddedRedis;

/** Redis behind TLS with a certificate of its own. The TLS ends in the test, in front of a real Redis. */
class RedisTlsIT {

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @TempDir
    static Path dir;

    private static ServerSocket door;

    private final EmbeddedConfiguration clients = new EmbeddedConfiguration();

    @BeforeAll
    static void open() throws Exception {
        keytool(
                "-genkeypair",
                "-keystore",
                "keys.p12",
                "-storepass",
                "secret",
                "-alias",
                "redis",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1");
        keytool(
                "-exportcert",
                "-rfc",
                "-keystore",
                "keys.p12",
                "-storepass",
                "secret",
                "-alias",
                "redis",
                "-file",
                "ca.pem");
        keytool(
                "-genkeypair",
                "-keystore",
                "other.p12",
                "-storepass",
                "secret",
                "-alias",
                "other",
                "-keyalg",
                "EC",
                "-dname",
                "CN=other");
        keytool(
                "-exportcert",
                "-rfc",
                "-keystore",
                "other.p12",
                "-storepass",
                "secret",
                "-alias",
                "other",
                "-file",
                "other.pem");
        var keys = KeyStore.getInstance(dir.resolve("keys.p12").toFile(), "secret".toCharArray());
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "secret".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        door = tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(() -> {
            while (true) {
                Socket client = door.accept();
                Socket redis = new Socket(InetAddress.getLoopbackAddress(), REDIS.port());
                daemon(() -> forward(client, redis));
                daemon(() -> forward(redis, client));
            }
        });
        REDIS.commands()
                .aclSetuser(
                        "app",
                        AclSetuserArgs.Builder.on()
                                .addPassword("p@ss")
                                .allKeys()
                                .allChannels()
                                .allCommands());
    }

    @AfterAll
    static void close() throws IOException {
        door.close();
    }

    @Test
    void every_client_connects_with_tls_user_password_and_database() {
        RedisService service = RedisService.configured(
                new RedisProperties(url(), dir.resolve("ca.pem").toString()));
        RedisClient client = clients.redisClient(service);
        LettuceConnectionFactory factory = clients.redisConnectionFactory(service);
        factory.start();
        try (var connection = client.connect()) {
            connection.sync().set("a", "1");
            assertThat(new StringRedisTemplate(factory).opsForValue().get("a")).isEqualTo("1");
            assertThat(connection.sync().aclWhoami()).isEqualTo("app");
            assertThat(connection.sync().clientList()).contains("db=3").doesNotContain("user=default db=3");
        } finally {
            factory.destroy();
            client.shutdown();
        }
        assertThat(service.address()).doesNotContain("p@ss", "p%40ss");
    }

    @Test
    void an_unknown_certificate_is_refused_by_every_client() {
        for (String file : List.of("", dir.resolve("other.pem").toString())) {
            RedisService service = RedisService.configured(new RedisProperties(url(), file));
            RedisClient client = clients.redisClient(service);
            LettuceConnectionFactory factory = clients.redisConnectionFactory(service);
            factory.start();
            try {
                assertThatThrownBy(client::connect).rootCause().hasMessageContaining("certification path");
                assertThatThrownBy(() -> factory.getConnection().ping())
                        .rootCause()
                        .hasMessageContaining("certification path");
            } finally {
                factory.destroy();
                client.shutdown();
            }
        }
    }

    @Test
    void the_component_connects_with_the_certificates_of_its_ssl_context_parameters() throws Exception {
        for (String store : List.of("keys.p12", "other.p12")) {
            var component = new RedisStreamsComponent();
            component.setUrl("rediss://localhost:" + door.getLocalPort());
            component.setUsername("app");
            component.setPassword("p@ss");
            component.setSslContextParameters(trusting(store));
            try (var context = new DefaultCamelContext()) {
                context.addComponent("redis-streams", component);
                context.start();
                ProducerTemplate template = context.createProducerTemplate();
                if (store.equals("keys.p12")) {
                    template.sendBody("redis-streams:over-tls", Map.of("n", "1"));
                } else {
                    assertThatThrownBy(() -> template.sendBody("redis-streams:over-tls", Map.of("n", "2")))
                            .rootCause()
                            .hasMessageContaining("certification path");
                }
            }
        }
        assertThat(REDIS.commands().xlen("over-tls")).isEqualTo(1);
    }

    private static SSLContextParameters trusting(String store) {
        var keys = new KeyStoreParameters();
        keys.setResource("file:" + dir.resolve(store));
        keys.setPassword("secret");
        keys.setType("PKCS12");
        var trust = new TrustManagersParameters();
        trust.setKeyStore(keys);
        var tls = new SSLContextParameters();
        tls.setTrustManagers(trust);
        return tls;
    }

    /** A TLS client speaks first; what it says must be a handshake (22), not AUTH. */
    @Test
    void nothing_is_sent_unencrypted() throws Exception {
        BlockingQueue<Integer> firstBytes = new LinkedBlockingQueue<>();
        try (var plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            daemon(() -> {
                while (true) {
                    try (Socket client = plain.accept()) {
                        firstBytes.add(client.getInputStream().read());
                    }
                }
            });
            RedisService service = RedisService.configured(
                    new RedisProperties("rediss://app:p%40ss@localhost:" + plain.getLocalPort(), ""));
            RedisClient client = clients.redisClient(service);
            LettuceConnectionFactory factory = clients.redisConnectionFactory(service);
            factory.start();
            try {
                assertThatThrownBy(client::connect).isInstanceOf(RuntimeException.class);
                assertThat(firstBytes.poll(10, TimeUnit.SECONDS)).isEqualTo(22);
                assertThatThrownBy(() -> factory.getConnection().ping()).isInstanceOf(RuntimeException.class);
                assertThat(firstBytes.poll(10, TimeUnit.SECONDS)).isEqualTo(22);
            } finally {
                factory.destroy();
                client.shutdown();
            }
        }
    }

    @Test
    void a_file_without_certificates_and_one_that_would_not_be_used_are_refused_at_the_start() throws IOException {
        Path text = Files.writeString(dir.resolve("text"), "no certificate");
        for (Path file : List.of(text, dir.resolve("missing"), Files.writeString(dir.resolve("empty"), ""))) {
            assertThatThrownBy(() -> RedisService.configured(new RedisProperties(url(), file.toString())))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith(
                            "REDIS_CA_FILE=" + file + ": it must be a file with certificates in PEM format");
        }
        assertThatThrownBy(() -> RedisService.configured(new RedisProperties(
                        "redis://localhost:1", dir.resolve("ca.pem").toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("set REDIS_URL to rediss://");
    }

    private static String url() {
        return "rediss://app:p%40ss@localhost:" + door.getLocalPort() + "/3";
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException closed) {
                // by either side
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void forward(Socket from, Socket to) throws IOException {
        try (to;
                InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
        }
    }

    private static void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.add(
                0, Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        assertThat(new ProcessBuilder(command)
                        .directory(dir.toFile())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }
}
