package routes.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Held by the process that runs an import. It belongs to a database session, so it is released when the process dies. */
final class ImportLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImportLock.class);

    private final Connection session;
    private final UUID id;

    private ImportLock(Connection session, UUID id) {
        this.session = session;
        this.id = id;
    }

    /** Empty if another process holds it. */
    static Optional<ImportLock> tryAcquire(DataSource database, UUID id) throws SQLException {
        Connection session = database.getConnection();
        try {
            if (call(session, "SELECT pg_try_advisory_lock(hashtextextended(?, 0))", id)) {
                return Optional.of(new ImportLock(session, id));
            }
        } catch (SQLException e) {
            session.close();
            throw e;
        }
        session.close();
        return Optional.empty();
    }

    @Override
    public void close() {
        try (session) {
            call(session, "SELECT pg_advisory_unlock(hashtextextended(?, 0))", id);
        } catch (SQLException e) {
            LOG.info("The lock of import {} has ended with its session: {}", id, e.getMessage());
        }
    }

    private static boolean call(Connection session, String sql, UUID id) throws SQLException {
        try (PreparedStatement statement = session.prepareStatement(sql)) {
            statement.setString(1, "import:" + id);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getBoolean(1);
            }
        }
    }
}
