package routes.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** The real database; counts the calls of the driver that send statements. A JDBC batch counts as one, as it is one round trip. */
public final class CountingDatabase extends DelegatingDataSource {
    private final AtomicInteger statements = new AtomicInteger();

    public CountingDatabase(DataSource database) {
        super(database);
    }

    /** How many statements the work sent. */
    public int count(Runnable work) {
        int before = statements.get();
        work.run();
        return statements.get() - before;
    }

    @Override
    public Connection getConnection() throws java.sql.SQLException {
        return counting(Connection.class, super.getConnection());
    }

    @SuppressWarnings("unchecked")
    private <T> T counting(Class<T> type, T target) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            if (method.getName().startsWith("execute")) {
                statements.incrementAndGet();
            }
            try {
                Object result = method.invoke(target, arguments);
                if (result instanceof PreparedStatement statement) {
                    return counting(PreparedStatement.class, statement);
                }
                return result instanceof Statement statement ? counting(Statement.class, statement) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
