package routes.api.access;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import routes.events.Sha256;

/** The keys that may call the API. Only hashes of the keys are stored. */
final class ApiKeys {

    private final Map<String, Key> byHash = new HashMap<>();

    /**
     * A key that may call the API.
     *
     * @param name name of the holder, for messages and logs
     * @param sha256 of the key, in lower-case hex
     * @param tenant id or name of the tenant whose data the key gives access to
     */
    record Key(String name, String sha256, String tenant, Role role) {

        /**
         * Parses {@code name:sha256:tenant:role}.
         *
         * @throws IllegalArgumentException with the reason, without the hash
         */
        static Key parse(String entry) {
            String[] parts = entry.strip().split(":", -1);
            if (parts.length != 4) {
                throw new IllegalArgumentException("must have the form name:sha256:tenant:role");
            }
            String name =
                    required("[A-Za-z0-9._-]{1,64}", parts[0], "the name must be 1 to 64 letters, digits and . _ -");
            String hash = parts[1].toLowerCase(Locale.ROOT);
            required("[0-9a-f]{64}", hash, name + ": the second part must be the SHA-256 of the key, 64 hex digits");
            String tenant = required(
                    "[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,99}",
                    parts[2],
                    name + ": the third part must be the id or name of a tenant");
            String role =
                    required("reader|operator|admin", parts[3], name + ": the role must be reader, operator or admin");
            return new Key(name, hash, tenant, Role.valueOf(role.toUpperCase(Locale.ROOT)));
        }

        private static String required(String form, String text, String message) {
            if (!text.matches(form)) {
                throw new IllegalArgumentException(message);
            }
            return text;
        }
    }

    /**
     * @param entries in the form of {@link Key#parse}
     * @throws IllegalArgumentException with the invalid entry and the reason
     */
    ApiKeys(List<String> entries) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < entries.size(); i++) {
            if (!entries.get(i).isBlank()) {
                try {
                    add(Key.parse(entries.get(i)), names);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("entry " + (i + 1) + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private void add(Key key, Set<String> names) {
        if (!names.add(key.name())) {
            throw new IllegalArgumentException("two keys are named " + key.name());
        }
        Key same = byHash.putIfAbsent(key.sha256(), key);
        if (same != null) {
            throw new IllegalArgumentException(key.name() + " and " + same.name() + " have the same key");
        }
    }

    boolean isEmpty() {
        return byHash.isEmpty();
    }

    /** Finds the entry of a key. Compares hashes, so timing reveals nothing about the existing keys. */
    Optional<Key> find(String key) {
        return Optional.ofNullable(byHash.get(Sha256.hex(key)));
    }

    /** Key entries with unique names and keys. */
    @Target({ElementType.FIELD, ElementType.PARAMETER})
    @Retention(RetentionPolicy.RUNTIME)
    @Constraint(validatedBy = Validator.class)
    @interface Entries {
        String message() default "must be name:sha256:tenant:role, separated by commas";

        Class<?>[] groups() default {};

        Class<? extends Payload>[] payload() default {};
    }

    /** Reports the invalid entry. Public, because Hibernate Validator instantiates it. */
    public static final class Validator implements ConstraintValidator<Entries, List<String>> {
        @Override
        public boolean isValid(List<String> entries, ConstraintValidatorContext context) {
            try {
                new ApiKeys(entries);
                return true;
            } catch (IllegalArgumentException e) {
                context.disableDefaultConstraintViolation();
                context.buildConstraintViolationWithTemplate(e.getMessage() + "; create one with --make-key")
                        .addConstraintViolation();
                return false;
            }
        }
    }
}
