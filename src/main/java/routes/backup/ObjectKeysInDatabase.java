package routes.backup;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** The keys of all objects that the database refers to: media files, articles of pages, summaries of albums. */
final class ObjectKeysInDatabase {
    private static final int PAGE = 1_000;

    /** Articles are stored under the hash of the address of their page, see {@code ObjectKeys.article}. */
    private static final List<String> QUERIES = List.of(
            "SELECT DISTINCT s3_key FROM media_objects ORDER BY 1",
            """
            SELECT DISTINCT 'crawl/' || p.tenant_id || '/' || encode(sha256(convert_to(page ->> 'url', 'UTF8')), 'hex') || '.md'
            FROM post_enrichment e JOIN posts p ON p.id = e.post_id
            CROSS JOIN LATERAL jsonb_array_elements(
                CASE WHEN jsonb_typeof(e.data -> 'urls') = 'array' THEN e.data -> 'urls' ELSE '[]' END) AS page
            WHERE e.kind = 'crawl' AND jsonb_typeof(page -> 'url') = 'string' AND jsonb_typeof(page -> 'markdown') = 'string'
            ORDER BY 1""",
            "SELECT DISTINCT meta ->> 's3_key' FROM media_groups WHERE meta ->> 's3_key' IS NOT NULL ORDER BY 1");

    private ObjectKeysInDatabase() {}

    /**
     * Writes them to a file, a line each, so that the snapshot need not last as long as the copying of the objects.
     *
     * @return how many
     */
    static long write(Connection connection, Path file) throws SQLException, IOException {
        long count = 0;
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (String query : QUERIES) {
                try (PreparedStatement statement = connection.prepareStatement(query)) {
                    statement.setFetchSize(PAGE); // within a transaction a cursor, not all rows at once
                    try (ResultSet rows = statement.executeQuery()) {
                        while (rows.next()) {
                            out.write(rows.getString(1));
                            out.write('\n');
                            count++;
                        }
                    }
                }
            }
        }
        return count;
    }
}
