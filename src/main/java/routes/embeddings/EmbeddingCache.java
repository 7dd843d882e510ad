package routes.embeddings;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Vectors in the table {@code embedding_cache}, by the SHA-256 (hex) of model and text.
 *
 * @param days number of days that a vector is kept after its last use; 0 disables the cache
 */
record EmbeddingCache(JdbcClient jdbc, int days) {

    private record Entry(String hash, float[] vector) {}

    /** Returns the cached vectors. Marks them as used, at most once a day. */
    Map<String, float[]> find(Collection<String> hashes) {
        if (days == 0 || hashes.isEmpty()) {
            return Map.of();
        }
        byte[][] keys = hashes.stream().map(HexFormat.of()::parseHex).toArray(byte[][]::new);
        List<Entry> found = jdbc.sql(
                        "SELECT encode(hash, 'hex') AS hash, vector FROM embedding_cache WHERE hash = ANY (?)")
                .param(keys)
                .query(EmbeddingCache::entry)
                .list();
        // in the order of the keys, so that two batches cannot deadlock
        jdbc.sql(
                        """
                        UPDATE embedding_cache SET used_on = current_date WHERE hash IN (
                            SELECT hash FROM embedding_cache WHERE hash = ANY (?) AND used_on < current_date ORDER BY hash FOR UPDATE)
                        """)
                .param(keys)
                .update();
        return found.stream().collect(Collectors.toMap(Entry::hash, Entry::vector));
    }

    private static Entry entry(ResultSet row, int number) throws SQLException {
        ByteBuffer bytes = ByteBuffer.wrap(row.getBytes("vector"));
        float[] vector = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(vector);
        return new Entry(row.getString("hash"), vector);
    }

    void store(Map<String, float[]> vectors) {
        if (days == 0 || vectors.isEmpty()) {
            return;
        }
        var sorted = new TreeMap<>(vectors);
        jdbc.sql(
                        """
                        INSERT INTO embedding_cache (hash, vector, used_on)
                        SELECT hash, vector, current_date FROM unnest(:hashes, :vectors) AS v (hash, vector)
                        ON CONFLICT (hash) DO NOTHING
                        """)
                .param(
                        "hashes",
                        sorted.keySet().stream().map(HexFormat.of()::parseHex).toArray(byte[][]::new))
                .param(
                        "vectors",
                        sorted.values().stream().map(EmbeddingCache::bytes).toArray(byte[][]::new))
                .update();
    }

    private static byte[] bytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
        bytes.asFloatBuffer().put(vector);
        return bytes.array();
    }

    /** Removes vectors that were not used for the configured time. Returns their number. */
    int prune() {
        return jdbc.sql("DELETE FROM embedding_cache WHERE used_on < current_date - ?::int")
                .param(days)
                .update();
    }
}
