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
 * Inserts rows by {@code COPY}. PostgreSQL needs less CPU for such a row than for one that comes from arrays, and stores the first
 * rows while the next ones are made (docs/performance.md).
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
     * @param target the table and its columns, as {@code posts (id, content)}
     * @param rows the values of the columns, made while they are sent; anything but null is sent as its text
     * @throws org.springframework.dao.DataAccessException if PostgreSQL refuses a row or does not answer
     */
    public static void insert(DataSource database, String target, Stream<Object[]> rows) {
        insert(database, target, rows, () -> {});
    }

    /**
     * Like {@link #insert(DataSource, String, Stream)}.
     *
     * @param meanwhile runs while PostgreSQL stores the rows that were sent; must not use the database
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

    /** Else the connection would wait for the rest of the rows. */
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
            char escape = unit > '\\' ? 0 : escape(unit); // most are not ASCII, or small letters
            if (escape != 0) {
                chunk.append(value, done, i).append('\\').append(escape);
                done = i + 1;
            }
        }
        chunk.append(value, done, value.length());
    }

    /** What stands for the character after a backslash; 0 if it stands for itself. */
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
