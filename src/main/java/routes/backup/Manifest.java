package routes.backup;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The last but one entry of an archive: what is in it, so that one which was cut off or changed is recognised.
 *
 * @param format         version of the form of the archive
 * @param id             of this backup
 * @param createdAt      the moment whose state it holds, by the clock of the database
 * @param program        version of the program that made it
 * @param schemaVersion  version of the database schema
 * @param publishedSince events of the outbox that were published since then may be missing in the streams, and are published again
 * @param tables         in the order in which they can be filled
 * @param sequences      last values, by name
 * @param objectsMissing objects that were removed between the snapshot of the database and their copying
 * @param parts          by name
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

    /** Of all tables. */
    long rows() {
        return tables.stream()
                .mapToLong(table -> parts.get(table.part()).count())
                .sum();
    }

    /** A table and the columns that are copied. */
    record Table(String name, List<String> columns) {

        String part() {
            return Archive.DATABASE + name;
        }
    }

    /**
     * A part of the archive, in one or more entries.
     *
     * @param count  rows, objects or lines
     * @param bytes  before compression
     * @param sha256 of these bytes, in hex; for the objects, of key, length and content of each
     */
    record Part(long count, long bytes, String sha256) {}
}
