package routes.api.access;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A key that may call the API. Only the hash of the key is known.
 *
 * @param name the holder; for messages and logs
 * @param sha256 of the key, in lower-case hex
 * @param tenant id or name of the tenant whose data the key gives access to
 */
record ApiKey(String name, String sha256, String tenant, Role role) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern TENANT = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,99}");

    /**
     * Reads {@code name:sha256:tenant:role}.
     *
     * @throws IllegalArgumentException with the reason, without the hash
     */
    static ApiKey parse(String entry) {
        String[] parts = entry.strip().split(":", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("must have the form name:sha256:tenant:role");
        }
        String name = required(NAME, parts[0], "the name must be 1 to 64 letters, digits and . _ -");
        String hash = parts[1].toLowerCase(Locale.ROOT);
        required(HASH, hash, name + ": the second part must be the SHA-256 of the key, 64 hex digits");
        String tenant = required(TENANT, parts[2], name + ": the third part must be the id or name of a tenant");
        Role role = Role.of(parts[3])
                .orElseThrow(() -> new IllegalArgumentException(name + ": the role must be reader, operator or admin"));
        return new ApiKey(name, hash, tenant, role);
    }

    /** The form that {@link #parse} reads. */
    String entry() {
        return String.join(":", name, sha256, tenant, role.text());
    }

    private static String required(Pattern form, String text, String message) {
        if (!form.matcher(text).matches()) {
            throw new IllegalArgumentException(message);
        }
        return text;
    }
}
