package routes.embedded;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import routes.configuration.ConfigurationException;
import routes.configuration.Secrets;

/** The PostgreSQL server that the connection pool uses. Owns the embedded server if there is one. */
public final class PostgresService implements JdbcConnectionDetails, AutoCloseable {
    private final String jdbcUrl;
    private final String user;
    private final String password;
    private final EmbeddedPostgresService embedded;

    private PostgresService(String jdbcUrl, String user, String password, EmbeddedPostgresService embedded) {
        this.jdbcUrl = jdbcUrl;
        this.user = user;
        this.password = password;
        this.embedded = embedded;
    }

    static PostgresService embedded(EmbeddedPostgresService service) {
        return new PostgresService(service.jdbcUrl(), EmbeddedPostgresService.USER, service.password(), service);
    }

    /**
     * @param url in one of the forms that {@code DATABASE_URL} accepts
     * @throws ConfigurationException if the address contains no host
     */
    static PostgresService configured(String url) {
        if (url.startsWith("jdbc:")) {
            // user and password are parameters of the address
            return new PostgresService(url, null, null, null);
        }
        try {
            URI uri = URI.create(url);
            if (uri.getHost() == null) {
                throw new IllegalArgumentException("the URL contains no host");
            }
            String[] user = uri.getRawUserInfo() == null
                    ? new String[0]
                    : uri.getRawUserInfo().split(":", 2);
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            return new PostgresService(
                    "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query,
                    user.length > 0 ? decode(user[0]) : null,
                    user.length > 1 ? decode(user[1]) : null,
                    null);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    "DATABASE_URL=" + Secrets.maskUrl(url)
                            + ": must be a URL of the form postgresql://user:password@host:port/db",
                    e);
        }
    }

    // Not form encoding: a plus sign in a password remains a plus sign.
    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String getJdbcUrl() {
        return jdbcUrl;
    }

    @Override
    public String getUsername() {
        return user;
    }

    @Override
    public String getPassword() {
        return password;
    }

    /** Returns the address without its password, for display. */
    public String address() {
        return Secrets.maskUrl(jdbcUrl);
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
