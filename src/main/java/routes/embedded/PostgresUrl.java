package routes.embedded;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import routes.configuration.ConfigurationException;
import routes.configuration.Secrets;

/** A database address in the forms that {@code DATABASE_URL} accepts, converted for JDBC. */
record PostgresUrl(String jdbcUrl, String user, String password) {

    static PostgresUrl parse(String url) {
        if (url.startsWith("jdbc:")) {
            // user and password are parameters of the address itself
            return new PostgresUrl(url, null, null);
        }
        try {
            URI uri = URI.create(url);
            if (uri.getHost() == null) {
                throw new IllegalArgumentException("it names no host");
            }
            String[] user = uri.getRawUserInfo() == null
                    ? new String[0]
                    : uri.getRawUserInfo().split(":", 2);
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            return new PostgresUrl(
                    "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query,
                    user.length > 0 ? decode(user[0]) : null,
                    user.length > 1 ? decode(user[1]) : null);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    "DATABASE_URL=" + Secrets.maskUrl(url)
                            + ": not an address of the form postgresql://user:password@host:port/db",
                    e);
        }
    }

    // Not form encoding: a plus sign in a password is a plus sign.
    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
