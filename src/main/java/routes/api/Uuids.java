package routes.api;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Ids in texts that may also be something else. */
public final class Uuids {

    private static final Pattern FORM = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private Uuids() {}

    /** Only the full form, unlike {@link UUID#fromString}, which takes 1-1-1-1-1 as well. */
    public static Optional<UUID> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }
}
