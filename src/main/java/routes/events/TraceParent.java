package routes.events;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code traceparent} of W3C Trace Context, level 1 (version 00). */
public final class TraceParent {

    private static final Pattern FORM = Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}");
    private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern ZEROS = Pattern.compile("0+");

    private TraceParent() {}

    public static boolean isValid(String text) {
        return traceId(text).isPresent();
    }

    /** Returns the trace id of a valid traceparent. */
    static Optional<String> traceId(String text) {
        Matcher form = FORM.matcher(text == null ? "" : text);
        return form.matches()
                        && !ZEROS.matcher(form.group(1)).matches()
                        && !ZEROS.matcher(form.group(2)).matches()
                ? Optional.of(form.group(1))
                : Optional.empty();
    }

    /**
     * Returns a traceparent for an event created outside any trace. A trace id of 32 hex digits or a UUID is used unchanged, any other
     * trace id is hashed, so that all events with the same trace id share a trace. The span id is derived from the idempotency key. The
     * trace is marked as sampled, because 00 would disable tracing in every later stage.
     */
    static String of(String traceId, String idempotencyKey) {
        return "00-" + traceOf(traceId) + "-" + Sha256.hex(idempotencyKey).substring(0, 16) + "-01";
    }

    /** Returns the id of the trace that events with this trace id share: 32 hex digits. */
    public static String traceOf(String traceId) {
        String plain = traceId.toLowerCase(Locale.ROOT).replace("-", "");
        boolean usable =
                TRACE_ID.matcher(plain).matches() && !ZEROS.matcher(plain).matches();
        return usable ? plain : Sha256.hex(traceId).substring(0, 32);
    }
}
