package routes.console;

import io.github.bucket4j.Bucket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The single login of Hawtio and Jolokia. */
@Component
public final class ConsoleLogin {
    private static final int RANDOM_BYTES = 18;

    private static final int FAILURES_PER_MINUTE = 30;

    private final Bucket failures = Bucket.builder()
            .addLimit(limit ->
                    limit.capacity(FAILURES_PER_MINUTE).refillGreedy(FAILURES_PER_MINUTE, Duration.ofMinutes(1)))
            .build();
    private final String user;
    private final byte[] expected;
    private String generated;

    public ConsoleLogin(HawtioProperties properties) {
        user = properties.user();
        generated = properties.password().isEmpty() ? random() : null;
        expected = digest(user, generated == null ? properties.password() : generated);
    }

    private static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    public String user() {
        return user;
    }

    /** Returns the generated password on the first call; empty on later calls, or if a password is configured. */
    public synchronized Optional<String> takeGenerated() {
        Optional<String> handed = Optional.ofNullable(generated);
        generated = null;
        return handed;
    }

    /**
     * Checks a login in constant time. After {@value #FAILURES_PER_MINUTE} failed logins in a minute, all logins are refused for a few
     * seconds, which slows down guessing.
     */
    public boolean matches(String name, String password) {
        boolean isAllowed = failures.getAvailableTokens() > 0;
        if (MessageDigest.isEqual(expected, digest(name, password))) {
            return isAllowed;
        }
        boolean unused = failures.tryConsume(1);
        return false;
    }

    private static byte[] digest(String name, String password) {
        try {
            // a name has no colon
            return MessageDigest.getInstance("SHA-256")
                    .digest((name + ":" + password).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
