package routes.backup;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The content of an archive, so that a truncated or modified archive is detected. It is the second-last entry of the archive.
 *
 * @param format version of the archive format
 * @param id id of this backup
 * @param createdAt time of the stored state, by the clock of the database
 * @param program version of the program that wrote it
 * @param schemaVersion version of the database schema
 * @param publishedSince events of the outbox that were published after this time may be missing in the streams and are published again
 * @param tables in the order in which they can be filled
 * @param sequences last values, by name
 * @param objectsMissing number of objects that were removed between the database snapshot and the copying of objects
 * @param parts by name
 */
record Manifest(
        int format,
        UUID id,
        Instant createdAt,
        String program,
        String schemaVersion,
        Instant publishedSince,
        List<Table> tables,
        Map<String, Long> sequences,
        long objectsMissing,
        Map<String, Part> parts) {

    static final int FORMAT = 1;

    /** Returns the number of rows of all tables. */
    long rows() {
        return tables.stream()
                .mapToLong(table -> parts.get(table.part()).count())
                .sum();
    }

    /** A table and its copied columns. */
    record Table(String name, List<String> columns) {

        String part() {
            return Archive.DATABASE + name;
        }
    }

    /**
     * A part of the archive, in one or more entries.
     *
     * @param count number of rows, objects or lines
     * @param bytes size before compression
     * @param sha256 hash of these bytes, in hex; for objects, of the key, length and content of each object
     */
    record Part(long count, long bytes, String sha256) {}
}
