package routes.replay;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import routes.events.Sha256;
import routes.redis.StreamAdmin;
import routes.redis.StreamRepair;
import routes.stages.StageEntry;

/**
 * An entry that failed in a group.
 *
 * @param stream logical name
 * @param key Redis key of the stream
 * @param id id of the dead letter
 * @param group group in which it failed; empty if the entry does not contain it
 * @param errorClass class name of the exception
 * @param replayCount number of earlier replays
 * @param fields as the producer wrote them
 * @param entry all fields, as stored in Redis
 */
public record DeadLetter(
        String stream,
        @JsonIgnore String key,
        String id,
        String group,
        String route,
        String error,
        String errorClass,
        String failedAt,
        String consumer,
        int deliveries,
        String originalId,
        int replayCount,
        UUID postId,
        Cause cause,
        Map<String, String> fields,
        @JsonIgnore Map<String, String> entry) {

    private static final String REPORT = "dlq_";
    private static final int ID_LENGTH = 12;

    /** Parts that vary between errors of the same kind. */
    private static final Pattern VARIABLE = Pattern.compile(
            "\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}|\\b\\p{XDigit}{16,}\\b|\"[^\"]*\"|'[^']*'|https?://\\S+|\\d+");

    private static final int MAX_PATTERN = 300;

    /**
     * The common cause of dead letters: the group, and the class and message of the error without varying parts.
     *
     * @param id the same for the same cause
     */
    public record Cause(String id, String group, String errorClass, String message) {

        static Cause of(String group, String errorClass, String error) {
            String message = VARIABLE.matcher(error).replaceAll("…");
            String pattern = message.substring(0, Math.min(message.length(), MAX_PATTERN));
            String id = Sha256.hex(String.join("\n", group, errorClass, pattern));
            return new Cause(id.substring(0, ID_LENGTH), group, errorClass, pattern);
        }
    }

    static DeadLetter of(String stream, String key, StreamAdmin.Entry entry) {
        Map<String, String> report = entry.fields();
        Map<String, String> own = new LinkedHashMap<>(report);
        own.keySet()
                .removeIf(name -> name.startsWith(REPORT)
                        || name.equals(StreamRepair.REPLAY_COUNT)
                        || name.equals(StreamRepair.REPLAY_GROUP));
        String group = report.getOrDefault("dlq_group", "");
        String errorClass = report.getOrDefault("dlq_error_class", "");
        String error = report.getOrDefault("dlq_error", "");
        return new DeadLetter(
                stream,
                key,
                entry.id(),
                group,
                report.getOrDefault("dlq_route_id", ""),
                error,
                errorClass,
                report.get("dlq_failed_at"),
                report.get("dlq_consumer"),
                number(report.get("dlq_deliveries")),
                report.get("dlq_original_message_id"),
                number(report.get(StreamRepair.REPLAY_COUNT)),
                StageEntry.postIn(own).orElse(null),
                Cause.of(group, errorClass, error),
                own,
                report);
    }

    /** Lenient, because other programs may write dead letters too. */
    private static int number(String text) {
        return Optional.ofNullable(text)
                .filter(digits -> digits.matches("\\d{1,9}"))
                .map(Integer::valueOf)
                .orElse(0);
    }
}
