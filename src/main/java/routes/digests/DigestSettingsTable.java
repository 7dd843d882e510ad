package routes.digests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.digests.DigestSchedule.Frequency;
import routes.events.Json;

/** The table {@code digest_settings}. */
@Component
public record DigestSettingsTable(JdbcClient jdbc, Clock clock) {
    private static final ObjectMapper JSON = Json.newMapper();
    private static final int MAX_ITEMS = 10;

    /** Returns the settings of a user who has stored none. */
    private static DigestSettings defaults(long userId) {
        return new DigestSettings(
                userId,
                false,
                new DigestSchedule(Frequency.DAILY, LocalTime.of(9, 0), ZoneId.of("UTC"), 1, 1),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                MAX_ITEMS,
                "auto",
                null);
    }

    /** @throws java.time.DateTimeException if this Java version does not support the stored zone */
    public DigestSettings read(long userId) {
        return jdbc.sql("SELECT * FROM digest_settings WHERE user_id = ?")
                .param(userId)
                .query((row, n) -> settings(row))
                .optional()
                .orElseGet(() -> defaults(userId));
    }

    private static DigestSettings settings(ResultSet row) throws SQLException {
        OffsetDateTime due = row.getObject("next_due_at", OffsetDateTime.class);
        boolean isEnabled = row.getBoolean("enabled");
        return new DigestSettings(
                row.getLong("user_id"),
                isEnabled,
                new DigestSchedule(
                        Frequency.of(row.getString("frequency")),
                        row.getObject("schedule_time", LocalTime.class),
                        ZoneId.of(row.getString("schedule_zone")),
                        row.getInt("day_of_week"),
                        row.getInt("day_of_month")),
                list(row, "topics", new TypeReference<List<String>>() {}),
                list(row, "channels", new TypeReference<List<UUID>>() {}),
                list(row, "muted_words", new TypeReference<List<String>>() {}),
                list(row, "muted_channels", new TypeReference<List<UUID>>() {}),
                row.getInt("max_items"),
                row.getString("language"),
                isEnabled && due != null ? due.toInstant() : null);
    }

    private static <T> List<T> list(ResultSet row, String column, TypeReference<List<T>> type) throws SQLException {
        try {
            return JSON.readValue(row.getString(column), type);
        } catch (JsonProcessingException e) {
            throw new SQLException("Cannot read the column " + column + " of digest_settings", e);
        }
    }

    private static String json(List<?> values) {
        return JSON.valueToTree(values).toString();
    }

    /**
     * Stores the settings. After a change of the schedule, the first digest is due at the next scheduled time, never at an earlier one.
     */
    public DigestSettings write(DigestSettings settings) {
        Instant now = clock.instant();
        DigestSchedule schedule = settings.schedule();
        jdbc.sql(
                        """
                        INSERT INTO digest_settings AS old (user_id, enabled, schedule_time, schedule_zone, frequency, day_of_week,
                            day_of_month, topics, channels, muted_words, muted_channels, max_items, language, schedule_since,
                            next_due_at, updated_at)
                        VALUES (:user, :enabled, :time, :zone, :frequency, :dayOfWeek, :dayOfMonth, CAST(:topics AS jsonb),
                            CAST(:channels AS jsonb), CAST(:mutedWords AS jsonb), CAST(:mutedChannels AS jsonb), :maxItems, :language,
                            CAST(:now AS timestamptz), CAST(:due AS timestamptz), CAST(:now AS timestamptz))
                        ON CONFLICT (user_id) DO UPDATE SET enabled = excluded.enabled, schedule_time = excluded.schedule_time,
                            schedule_zone = excluded.schedule_zone, frequency = excluded.frequency,
                            day_of_week = excluded.day_of_week, day_of_month = excluded.day_of_month, topics = excluded.topics,
                            channels = excluded.channels, muted_words = excluded.muted_words,
                            muted_channels = excluded.muted_channels, max_items = excluded.max_items,
                            language = excluded.language, updated_at = excluded.updated_at,
                            schedule_since = CASE WHEN same.schedule THEN old.schedule_since ELSE excluded.schedule_since END,
                            next_due_at = CASE WHEN same.schedule THEN old.next_due_at ELSE excluded.next_due_at END
                        """
                                .replace("same.schedule", SAME_SCHEDULE))
                .param("user", settings.userId())
                .param("enabled", settings.enabled())
                .param("time", schedule.time())
                .param("zone", schedule.zone().getId())
                .param("frequency", schedule.frequency().code())
                .param("dayOfWeek", schedule.dayOfWeek())
                .param("dayOfMonth", schedule.dayOfMonth())
                .param("topics", json(settings.topics()))
                .param("channels", json(settings.channels()))
                .param("mutedWords", json(settings.mutedWords()))
                .param("mutedChannels", json(settings.mutedChannels()))
                .param("maxItems", settings.maxItems())
                .param("language", settings.language())
                .param("now", now.toString())
                .param("due", schedule.next(now).at().toString())
                .update();
        return read(settings.userId());
    }

    /** An overdue digest stays due if only other settings are changed. */
    private static final String SAME_SCHEDULE =
            """
            (old.enabled = excluded.enabled AND old.schedule_time = excluded.schedule_time
                AND old.schedule_zone = excluded.schedule_zone AND old.frequency = excluded.frequency
                AND old.day_of_week = excluded.day_of_week AND old.day_of_month = excluded.day_of_month
                AND old.next_due_at IS NOT NULL)""";

    /** A user whose digest is due. */
    record Due(long userId, UUID tenantId, Instant scheduleSince) {}

    /** Returns the longest overdue first. */
    List<Due> due(Instant now, int most) {
        return jdbc.sql(
                        """
                        SELECT s.user_id, u.tenant_id, s.schedule_since FROM digest_settings s JOIN users u ON u.id = s.user_id
                        WHERE s.enabled AND s.next_due_at <= CAST(:now AS timestamptz) ORDER BY s.next_due_at, s.user_id LIMIT :most
                        """)
                .param("now", now.toString())
                .param("most", most)
                .query(Due.class)
                .list();
    }

    void nextDue(long userId, Instant next) {
        jdbc.sql("UPDATE digest_settings SET next_due_at = CAST(:next AS timestamptz) WHERE user_id = :user")
                .param("next", next.toString())
                .param("user", userId)
                .update();
    }
}
