package routes.api.access;

import java.security.SecureRandom;
import java.util.Base64;
import routes.configuration.ConfigurationException;
import routes.events.Sha256;

/**
 * A key that was just made.
 *
 * @param key   what its holder sends: 256 random bits behind a prefix by which leaked keys can be found
 * @param entry what the program has to know of it, as it stands in {@code API_KEYS}
 */
public record NewApiKey(String key, String entry) {

    private static final int BYTES = 32;

    /**
     * @param name   who gets it
     * @param tenant id or name of the tenant whose data it shows
     * @param role   reader, operator or admin
     * @throws ConfigurationException if one of them is not of the form that {@code API_KEYS} takes
     */
    public static NewApiKey make(String name, String tenant, String role) {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        String key = "ta_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        String entry = String.join(":", name, Sha256.hex(key), tenant, role);
        try {
            return new NewApiKey(key, ApiKey.parse(entry).entry());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("--make-key: " + e.getMessage(), e);
        }
    }
}
