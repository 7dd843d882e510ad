package routes.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.posts.PostTraces;
import routes.redis.StreamAdmin;
import routes.replay.DeadLetters.Shown;

/** The originals of dead letters that an operator edited and replayed: table {@code dead_letter_originals}. */
@Component
record EditedLetters(JdbcClient jdbc, ObjectMapper json) implements PostTraces {
    private static final TypeReference<LinkedHashMap<String, String>> FIELDS = new TypeReference<>() {};

    /** Stores the original before the edited entry is published, so that it is never lost. A refused attempt may be repeated. */
    void keep(DeadLetter letter, Map<String, String> edited, Operator who) {
        jdbc.sql(
                        """
                        INSERT INTO dead_letter_originals (stream, redis_key, entry_id, original, edited, operator)
                        VALUES (?, ?, ?, ?::json, ?::json, ?)
                        ON CONFLICT (redis_key, entry_id) DO UPDATE SET edited = excluded.edited, operator = excluded.operator,
                            edited_at = now()""")
                .params(letter.stream(), letter.key(), letter.id(), text(letter.entry()), text(edited), who.name())
                .update();
    }

    void replayed(DeadLetter letter, String as) {
        jdbc.sql("UPDATE dead_letter_originals SET replayed_as = ? WHERE redis_key = ? AND entry_id = ?")
                .params(as, letter.key(), letter.id())
                .update();
    }

    Optional<Shown> find(String stream, String id) {
        return jdbc.sql(
                        """
                        SELECT redis_key, entry_id, original::text AS original, operator, replayed_as FROM dead_letter_originals
                        WHERE stream = ? AND entry_id = ?""")
                .params(stream, id)
                .query((row, n) -> new Shown(
                        DeadLetter.of(
                                stream,
                                row.getString("redis_key"),
                                new StreamAdmin.Entry(row.getString("entry_id"), fields(row.getString("original")))),
                        row.getString("replayed_as"),
                        row.getString("operator")))
                .optional();
    }

    private String text(Map<String, ?> fields) {
        return json.valueToTree(fields).toString();
    }

    private Map<String, String> fields(String text) {
        try {
            return json.readValue(text, FIELDS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot read the stored fields of a dead letter", e);
        }
    }

    /** Deletes entries about the posts. The audit of the operators keeps their actions. */
    @Override
    public void erase(UUID tenantId, Collection<UUID> postIds) {
        jdbc.sql(
                        """
                        DELETE FROM dead_letter_originals WHERE EXISTS (
                            SELECT FROM unnest(CAST(? AS text[])) AS post WHERE position(post IN original::text || edited::text) > 0)""")
                .param(postIds.stream().map(UUID::toString).toArray(String[]::new))
                .update();
    }
}
