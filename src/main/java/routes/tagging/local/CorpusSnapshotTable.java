package routes.tagging.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.Json;

/** The table {@code corpus_snapshots}, and the posts counted for it. */
@Repository
class CorpusSnapshotTable {
    private static final TypeReference<Map<String, Long>> FREQUENCIES = new TypeReference<>() {};

    /** Posts to count: not deleted and not empty. */
    private static final String COUNTED = " NOT is_deleted AND (content <> '' OR attachment_text IS NOT NULL) ";

    /** @param number {@code posts.number} */
    record CountedPost(long number, String text) {}

    /** @param newestNumber {@code posts.number} of the newest post counted */
    record Newest(long id, long documents, long newestNumber) {}

    private final JdbcClient jdbc;
    private final ObjectMapper json = Json.newMapper();

    CorpusSnapshotTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Without the frequencies, which can be a megabyte. */
    Optional<Newest> newest() {
        return jdbc.sql("SELECT id, documents, newest_number FROM corpus_snapshots ORDER BY id DESC LIMIT 1")
                .query((row, number) ->
                        new Newest(row.getLong("id"), row.getLong("documents"), row.getLong("newest_number")))
                .optional();
    }

    /** Empty if it was removed in the meantime. */
    Optional<RecordedSnapshot> find(long id) {
        return jdbc.sql("SELECT id, documents, frequencies::text AS frequencies FROM corpus_snapshots WHERE id = :id")
                .param("id", id)
                .query((row, number) -> snapshot(row))
                .optional();
    }

    /** Number of posts newer than this one, counted up to a limit. */
    long newer(long number, long limit) {
        return jdbc.sql("SELECT count(*) FROM (SELECT FROM posts WHERE number > :number AND" + COUNTED
                        + "LIMIT :limit) AS newer")
                .param("number", number)
                .param("limit", limit)
                .query(Long.class)
                .single();
    }

    /**
     * Posts from the newest to the oldest.
     *
     * @param before number of the last post of the previous page
     * @param maxChars maximum number of characters of each text
     */
    List<CountedPost> page(long before, int maxChars, int limit) {
        return jdbc.sql(
                        "SELECT number, left(concat_ws(E'\n', content, attachment_text), :chars) AS text FROM posts WHERE number < :before AND"
                                + COUNTED + "ORDER BY number DESC LIMIT :limit")
                .param("before", before)
                .param("chars", maxChars)
                .param("limit", limit)
                .query((row, number) -> new CountedPost(row.getLong("number"), row.getString("text")))
                .list();
    }

    /** @return its id */
    long record(CorpusSnapshot snapshot, long newestNumber) {
        return jdbc.sql(
                        """
                        INSERT INTO corpus_snapshots (documents, frequencies, newest_number)
                        VALUES (:documents, :frequencies::jsonb, :newest) RETURNING id
                        """)
                .param("documents", snapshot.documents())
                .param("frequencies", write(snapshot.frequencies()))
                .param("newest", newestNumber)
                .query(Long.class)
                .single();
    }

    /** Removes all but the newest. */
    int prune(int keep) {
        return jdbc.sql(
                        """
                        DELETE FROM corpus_snapshots
                        WHERE id < (SELECT min(id) FROM (SELECT id FROM corpus_snapshots ORDER BY id DESC LIMIT :keep) AS kept)
                        """)
                .param("keep", keep)
                .update();
    }

    private RecordedSnapshot snapshot(ResultSet row) throws SQLException {
        try {
            Map<String, Long> frequencies = json.readValue(row.getString("frequencies"), FREQUENCIES);
            return new RecordedSnapshot(row.getLong("id"), new CorpusSnapshot(row.getLong("documents"), frequencies));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Corpus snapshot " + row.getLong("id") + " cannot be read", e);
        }
    }

    private String write(Map<String, Long> frequencies) {
        try {
            return json.writeValueAsString(frequencies);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Frequencies cannot be written", e);
        }
    }
}
