package routes.operations;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.Set;
import org.apache.camel.util.ObjectHelper;
import org.apache.lucene.store.AlreadyClosedException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import routes.graph.GraphUnavailableException;
import routes.objectstore.ObjectStoreException;
import routes.vectorindex.VectorIndexException;
import routes.vectorindex.VectorIndexUnavailableException;

/** Recognises failures that were not caused by the entry: the database, the index, the graph or the disk is unavailable or full. */
@Component("outages")
public class DependencyOutages {

    /** Connection failure, server shutting down or starting up; https://www.postgresql.org/docs/17/errcodes-appendix.html. */
    private static final Set<String> CLASSES = Set.of("08", "57P");

    /** Disk full, out of memory, too many connections, I/O error; same source. */
    private static final Set<String> CODES = Set.of("53100", "53200", "53300", "58030");

    private static final List<Class<? extends Throwable>> TYPES = List.of(
            SQLTransientConnectionException.class,
            SQLNonTransientConnectionException.class,
            SQLRecoverableException.class,
            CannotCreateTransactionException.class,
            TransactionSystemException.class, // the connection was lost during commit or rollback
            AlreadyClosedException.class,
            FileSystemException.class,
            ConnectException.class,
            ObjectStoreException.class,
            GraphUnavailableException.class,
            VectorIndexUnavailableException.class);

    /** Returns whether the exception or one of its causes is such a failure. */
    public boolean isAway(Throwable failure) {
        for (Throwable cause : ObjectHelper.createExceptionIterable(failure)) {
            if (TYPES.stream().anyMatch(type -> type.isInstance(cause))
                    || (cause instanceof VectorIndexException && cause.getCause() instanceof IOException)
                    || (cause instanceof SQLException refusal && isOutage(refusal.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOutage(String state) {
        return state != null && (CODES.contains(state) || CLASSES.stream().anyMatch(state::startsWith));
    }
}
