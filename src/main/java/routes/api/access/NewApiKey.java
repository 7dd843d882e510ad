package routes.api.access;

import java.security.SecureRandom;
import java.util.Base64;
import routes.configuration.ConfigurationException;
import routes.events.Sha256;

/**
 * A newly generated key.
 *
 * @param key value that the holder sends: a prefix that makes leaked keys searchable, then 256 random bits
 * @param entry entry for {@code API_KEYS}
 */
public record NewApiKey(String key, String entry) {

    private static final int BYTES = 32;

    /**
     * @param name name of the holder
     * @param tenant id or name of the tenant whose data the key gives access to
     * @param role reader, operator or admin
     * @throws ConfigurationException if one of them is not valid in {@code API_KEYS}
     */
    public static NewApiKey make(String name, String tenant, String role) {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        String key = "ta_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        String entry = String.join(":", name, Sha256.hex(key), tenant, role);
        try {
            ApiKeys.Key.parse(entry);
            return new NewApiKey(key, entry);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("--make-key: " + e.getMessage(), e);
        }
    }
}
