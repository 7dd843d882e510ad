package routes.embedded;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import routes.configuration.ConfigurationException;
import routes.configuration.Secrets;
import routes.embedded.EmbeddedConfiguration.RedisProperties;

/** The Redis server for streams, keys and counters, and the connection settings of all clients. */
public final class RedisService implements AutoCloseable {
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final RedisURI uri;
    private final String address;
    private final SslOptions ssl;
    private final EmbeddedRedisService embedded;

    private RedisService(RedisURI uri, String address, SslOptions ssl, EmbeddedRedisService embedded) {
        this.uri = uri;
        this.address = address;
        this.ssl = ssl;
        this.embedded = embedded;
        uri.setTimeout(COMMAND_TIMEOUT);
    }

    static RedisService embedded(EmbeddedRedisService service) {
        RedisURI uri = service.uri();
        return new RedisService(uri, "redis://" + uri.getHost() + ":" + uri.getPort(), SslOptions.create(), service);
    }

    /** @throws ConfigurationException if the address is invalid or the certificate file cannot be read */
    static RedisService configured(RedisProperties properties) {
        String address = Secrets.maskUrl(properties.url());
        try {
            RedisURI uri = RedisURI.create(properties.url());
            return new RedisService(uri, address, ssl(uri, properties.caFile()), null);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    "REDIS_URL=" + address
                            + ": must be a URL of the form redis://user:password@host:port/db or rediss://…",
                    e);
        }
    }

    private static SslOptions ssl(RedisURI uri, String caFile) {
        if (caFile.isEmpty()) {
            return SslOptions.create();
        }
        String setting = "REDIS_CA_FILE=" + caFile + ": ";
        if (!uri.isSsl()) {
            throw new ConfigurationException(
                    setting + "a certificate requires an encrypted connection; set REDIS_URL to rediss://…");
        }
        try (InputStream certificates = Files.newInputStream(Path.of(caFile))) {
            if (CertificateFactory.getInstance("X.509")
                    .generateCertificates(certificates)
                    .isEmpty()) {
                throw new CertificateException("the file is empty");
            }
        } catch (IOException | CertificateException e) {
            throw new ConfigurationException(
                    setting + "it must be a file with certificates in PEM format (" + e.getMessage() + ")", e);
        }
        return SslOptions.builder()
                .jdkSslProvider()
                .trustManager(Path.of(caFile).toFile())
                .build();
    }

    /** Includes user, password, database and TLS. */
    public RedisURI uri() {
        return uri;
    }

    /** Creates a client; its connections open on first use. */
    public RedisClient newClient() {
        RedisClient client = RedisClient.create(uri);
        client.setOptions(clientOptions());
        return client;
    }

    /** Returns the options for every client of this server. */
    ClientOptions clientOptions() {
        return ClientOptions.builder()
                .autoReconnect(true)
                // commands sent while Redis is unavailable fail immediately and are retried by the stage, instead of
                // accumulating
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled())
                .sslOptions(ssl)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_TIMEOUT)
                        .keepAlive(true)
                        .build())
                .build();
    }

    /** Returns the address without its password, for display. */
    public String address() {
        return address;
    }

    public boolean isEmbedded() {
        return embedded != null;
    }

    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
