package routes.ingest;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.transaction.TransactionException;

/**
 * Describes in one line why an ingest step failed. PostgreSQL's exceptions contain whole statements and rows. Only the server's message
 * is used, so that no text of a post reaches a log or a report.
 */
public final class FailureReason {
    /** Program limit exceeded, such as a text too long for an index: https://www.postgresql.org/docs/17/errcodes-appendix.html. */
    private static final String LIMIT_EXCEEDED = "54";

    private static final String DISK_FULL = "53100";
    private static final int MAX_LENGTH = 300;

    private FailureReason() {}

    public static String of(Throwable failure) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
        String text = message(root).lines().findFirst().orElse("").strip();
        boolean full =
                text.contains("No space left on device") || sqlState(root).equals(DISK_FULL);
        String reason = full ? "the disk is full: " + text : text;
        return reason.length() > MAX_LENGTH ? reason.substring(0, MAX_LENGTH) + "…" : reason;
    }

    /** Whether a retry may succeed: the database or the object store is unreachable or out of space. */
    public static boolean mayPass(Exception failure) {
        if (failure instanceof IOException || failure instanceof TransactionException) {
            return true;
        }
        return failure instanceof DataAccessException
                && !sqlState(NestedExceptionUtils.getMostSpecificCause(failure)).startsWith(LIMIT_EXCEEDED)
                && (!(failure instanceof NonTransientDataAccessException)
                        || failure instanceof NonTransientDataAccessResourceException);
    }

    private static String sqlState(Throwable root) {
        return root instanceof SQLException sql && sql.getSQLState() != null ? sql.getSQLState() : "";
    }

    /** Some file exceptions have only the file name as their message. */
    private static String message(Throwable root) {
        if (root instanceof PSQLException sql && sql.getServerErrorMessage() != null) {
            return String.valueOf(sql.getServerErrorMessage().getMessage());
        }
        boolean bare =
                root.getMessage() == null || (root instanceof FileSystemException file && file.getReason() == null);
        return bare ? root.toString() : root.getMessage();
    }
}
