package routes.api.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a key may do; each role may also do what those before it may. */
public enum Role {
    /** Reads. */
    READER,
    /** Imports, subscribes, edits, deletes, has posts tagged again. */
    OPERATOR,
    /** Makes users. */
    ADMIN;

    /** As it stands in keys and in the OpenAPI document. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Role> of(String text) {
        return Arrays.stream(values()).filter(role -> role.text().equals(text)).findFirst();
    }

    boolean includes(Role other) {
        return compareTo(other) >= 0;
    }
}
