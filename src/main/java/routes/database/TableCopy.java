package routes.database;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Inserts rows with {@code COPY}. PostgreSQL needs less CPU per row than for rows from arrays, and stores the first rows while the next
 * rows are being created (docs/performance.md).
 */
public final class TableCopy {
    private static final int CHUNK_CHARACTERS = 32 * 1024;

    private final CopyIn copy;
    private final StringBuilder chunk = new StringBuilder(2 * CHUNK_CHARACTERS);

    private TableCopy(CopyIn copy) {
        this.copy = copy;
    }

    /**
     * Inserts the rows in their order, in the transaction of the calling thread.
     *
     * @param target the table and its columns, such as {@code posts (id, content)}
     * @param rows the values of the columns, created while they are sent; every value except null is sent as text
     * @throws org.springframework.dao.DataAccessException if PostgreSQL refuses a row or does not respond
     */
    public static void insert(DataSource database, String target, Stream<Object[]> rows) {
        insert(database, target, rows, () -> {});
    }

    /**
     * Like {@link #insert(DataSource, String, Stream)}.
     *
     * @param meanwhile runs while PostgreSQL stores the sent rows; must not use the database
     */
    public static void insert(DataSource database, String target, Stream<Object[]> rows, Runnable meanwhile) {
        new JdbcTemplate(database).execute((Connection connection) -> insert(connection, target, rows, meanwhile));
    }

    private static Long insert(Connection connection, String target, Stream<Object[]> rows, Runnable meanwhile)
            throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + target + " FROM STDIN");
        try {
            new TableCopy(copy).send(rows.iterator());
            meanwhile.run();
            return copy.endCopy();
        } catch (SQLException | RuntimeException e) {
            cancel(copy, e);
            throw e;
        }
    }

    /** Cancels the copy; otherwise the connection would wait for the remaining rows. */
    private static void cancel(CopyIn copy, Exception failure) {
        try {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private void send(Iterator<Object[]> rows) throws SQLException {
        while (rows.hasNext()) {
            append(rows.next());
            if (chunk.length() >= CHUNK_CHARACTERS) {
                flush();
            }
        }
        flush();
        copy.flushCopy();
    }

    private void flush() throws SQLException {
        byte[] bytes = chunk.toString().getBytes(UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        chunk.setLength(0);
    }

    private void append(Object[] row) {
        for (int i = 0; i < row.length; i++) {
            if (i > 0) {
                chunk.append('\t');
            }
            if (row[i] == null) {
                chunk.append("\\N");
            } else {
                append(row[i].toString());
            }
        }
        chunk.append('\n');
    }

    private void append(String value) {
        int done = 0;
        for (int i = 0; i < value.length(); i++) {
            char unit = value.charAt(i);
            // fast path: most characters are not ASCII, or are lower-case letters
            char escape = unit > '\\' ? 0 : escape(unit);
            if (escape != 0) {
                chunk.append(value, done, i).append('\\').append(escape);
                done = i + 1;
            }
        }
        chunk.append(value, done, value.length());
    }

    /** Returns the character that represents the given character after a backslash; 0 if no escape is needed. */
    private static char escape(char unit) {
        return switch (unit) {
            case '\\' -> '\\';
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            default -> 0;
        };
    }
}
