package routes.api;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Parses text that may or may not be a UUID. */
public final class Uuids {

    private static final Pattern FORM = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private Uuids() {}

    /** Accepts only the full form, unlike {@link UUID#fromString}, which also accepts 1-1-1-1-1. */
    public static Optional<UUID> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }
}
