package routes.api.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a key may do; each role includes the roles before it. */
public enum Role {
    /** Reads. */
    READER,
    /** Imports, subscribes, edits, deletes, requests tagging again. */
    OPERATOR,
    /** Creates users. */
    ADMIN;

    /** The name in keys and in the OpenAPI document. */
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
