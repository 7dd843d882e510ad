package routes.embedded;

import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import routes.configuration.Secrets;

/** The PostgreSQL that the connection pool uses. */
public final class PostgresService implements JdbcConnectionDetails, AutoCloseable {
    private final PostgresUrl url;
    private final EmbeddedPostgresService embedded;

    private PostgresService(PostgresUrl url, EmbeddedPostgresService embedded) {
        this.url = url;
        this.embedded = embedded;
    }

    static PostgresService embedded(EmbeddedPostgresService service) {
        return new PostgresService(
                new PostgresUrl(service.jdbcUrl(), EmbeddedPostgresService.USER, service.password()), service);
    }

    static PostgresService configured(PostgresUrl url) {
        return new PostgresService(url, null);
    }

    @Override
    public String getJdbcUrl() {
        return url.jdbcUrl();
    }

    @Override
    public String getUsername() {
        return url.user();
    }

    @Override
    public String getPassword() {
        return url.password();
    }

    /** The address without its password, for display. */
    public String address() {
        return Secrets.maskUrl(url.jdbcUrl());
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
