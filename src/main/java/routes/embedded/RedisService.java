package routes.embedded;

import io.lettuce.core.RedisURI;
import org.springframework.boot.autoconfigure.data.redis.RedisConnectionDetails;
import routes.configuration.ConfigurationException;
import routes.configuration.Secrets;

/** The Redis that streams, keys and counters are in. */
public final class RedisService implements RedisConnectionDetails, AutoCloseable {
    private final RedisURI uri;
    private final String address;
    private final EmbeddedRedisService embedded;

    private RedisService(String url, EmbeddedRedisService embedded) {
        try {
            this.uri = RedisURI.create(url);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    "REDIS_URL=" + Secrets.maskUrl(url)
                            + ": not an address of the form redis://user:password@host:port/db",
                    e);
        }
        this.address = Secrets.maskUrl(url);
        this.embedded = embedded;
    }

    static RedisService embedded(EmbeddedRedisService service) {
        return new RedisService(service.url(), service);
    }

    static RedisService configured(String url) {
        return new RedisService(url, null);
    }

    public RedisURI uri() {
        return uri;
    }

    /** The address without its password, for people. */
    public String address() {
        return address;
    }

    public boolean isEmbedded() {
        return embedded != null;
    }

    @Override
    public String getUsername() {
        return uri.getUsername();
    }

    @Override
    public String getPassword() {
        return uri.getPassword() == null ? null : new String(uri.getPassword());
    }

    @Override
    public Standalone getStandalone() {
        return Standalone.of(uri.getHost(), uri.getPort(), uri.getDatabase());
    }

    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
