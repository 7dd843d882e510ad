package routes.graph.neo4j;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.neo4j.driver.AccessMode;
import org.neo4j.driver.AuthToken;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Config;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;
import org.neo4j.driver.Logging;
import org.neo4j.driver.Session;
import org.neo4j.driver.SessionConfig;
import org.neo4j.driver.Transaction;
import org.neo4j.driver.TransactionConfig;
import org.neo4j.driver.exceptions.ClientException;
import org.neo4j.driver.exceptions.Neo4jException;
import org.neo4j.driver.exceptions.SessionExpiredException;
import org.neo4j.driver.exceptions.TransientException;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import routes.configuration.Secrets;
import routes.graph.GraphUnavailableException;

/**
 * Transactions with a time limit. The driver limits the time to connect and to wait for a connection, and the server limits a transaction;
 * but nothing limits the wait for a server that accepts a query and never responds. Therefore each transaction runs on a thread of a
 * bounded pool, which is interrupted at the end of the time; the driver then drops the connection.
 *
 * <p>The driver's own retries wait for seconds, during which an entry and a database connection are blocked. Here, a conflict with another
 * transaction is retried after some milliseconds; the stage retries other failures.
 */
final class Neo4jCalls implements AutoCloseable {
    /** Deadlocks, and nodes that another transaction removed or related in the meantime. */
    private static final Set<String> CONFLICTS = Set.of(
            "Neo.ClientError.Statement.EntityNotFound",
            "Neo.ClientError.Schema.ConstraintValidationFailed",
            "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists");

    private static final int ATTEMPTS = 8;
    private static final int FIRST_PAUSE_MILLIS = 10;
    private static final int LONGEST_PAUSE_MILLIS = 400;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** After a failure, calls fail immediately for this long; otherwise they would all wait for the thread that retries. */
    private static final Duration REST = Duration.ofSeconds(2);

    private static final Duration IDLE_CHECK = Duration.ofSeconds(30);
    private static final Duration THREAD_IDLE = Duration.ofSeconds(60);

    /** The work of a transaction, which may run several times. */
    interface Work<T> {
        T in(Transaction transaction);
    }

    /** Another transaction has changed data that this transaction read. The transaction can be repeated. */
    static final class ChangedMeanwhileException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private record Failure(GraphUnavailableException cause, long since) {}

    private final Neo4jServerProperties properties;
    private final Driver driver;
    private final ThreadPoolExecutor threads;
    private volatile Failure last;

    Neo4jCalls(Neo4jServerProperties properties) {
        this.properties = properties;
        AuthToken login = properties.password().isEmpty()
                ? AuthTokens.none()
                : AuthTokens.basic(properties.user(), properties.password());
        driver = GraphDatabase.driver(
                properties.uri(),
                login,
                Config.builder()
                        .withConnectionTimeout(CONNECT.toMillis(), TimeUnit.MILLISECONDS)
                        .withConnectionAcquisitionTimeout(properties.timeout().toMillis(), TimeUnit.MILLISECONDS)
                        .withConnectionLivenessCheckTimeout(IDLE_CHECK.toMillis(), TimeUnit.MILLISECONDS)
                        .withMaxConnectionPoolSize(properties.maxConnections())
                        .withEventLoopThreads(2)
                        .withTelemetryDisabled(true)
                        .withLogging(Logging.slf4j())
                        .build());
        CustomizableThreadFactory daemons = new CustomizableThreadFactory("neo4j-");
        daemons.setDaemon(true);
        threads = new ThreadPoolExecutor(
                0,
                properties.maxConnections(),
                THREAD_IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                daemons);
    }

    <T> T read(Work<T> work) {
        return limited(AccessMode.READ, work);
    }

    <T> T write(Work<T> work) {
        return limited(AccessMode.WRITE, work);
    }

    /**
     * @throws GraphUnavailableException if the server is unavailable
     * @throws Neo4jException if the server refuses the query
     */
    private <T> T limited(AccessMode mode, Work<T> work) {
        Failure before = last;
        if (before != null && System.nanoTime() - before.since() < REST.toNanos()) {
            throw new GraphUnavailableException(before.cause().getMessage(), before.cause());
        }
        Future<T> result = null;
        try {
            result = threads.submit(() -> repeated(mode, work));
            T answer = result.get(properties.timeout().toMillis(), TimeUnit.MILLISECONDS);
            last = null;
            return answer;
        } catch (RejectedExecutionException e) {
            throw unavailable(
                    "all " + properties.maxConnections() + " connections (NEO4J_MAX_CONNECTIONS) are in use", e);
        } catch (TimeoutException e) {
            throw resting("no response within " + properties.timeout().toSeconds() + " s (NEO4J_TIMEOUT)", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("the thread was interrupted", e);
        } finally {
            if (result != null) {
                result.cancel(true);
            }
        }
    }

    private RuntimeException failure(Throwable cause) {
        if (cause instanceof Neo4jException refusal && isOfTheQuery(refusal)) {
            return refusal;
        }
        if (cause instanceof Neo4jException || cause instanceof ChangedMeanwhileException) {
            return resting(
                    String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString()), cause);
        }
        return cause instanceof RuntimeException other ? other : new IllegalStateException(cause);
    }

    private static boolean isOfTheQuery(Neo4jException failure) {
        return failure instanceof ClientException
                && failure.code() != null
                && (failure.code().startsWith("Neo.ClientError.Statement")
                        || failure.code().startsWith("Neo.ClientError.Schema"));
    }

    private GraphUnavailableException resting(String reason, Throwable cause) {
        GraphUnavailableException failure = unavailable(reason, cause);
        last = new Failure(failure, System.nanoTime());
        return failure;
    }

    private GraphUnavailableException unavailable(String reason, Throwable cause) {
        return new GraphUnavailableException(
                "The graph in Neo4j at %s, database %s, cannot be used: %s. Check that the server runs, NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD and NEO4J_DATABASE"
                        .formatted(Secrets.maskUrl(properties.uri()), properties.database(), reason),
                cause);
    }

    private <T> T repeated(AccessMode mode, Work<T> work) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(mode, work);
            } catch (Neo4jException | ChangedMeanwhileException e) {
                if (attempt == ATTEMPTS || !isWorthRepeating(e, attempt)) {
                    throw e;
                }
            }
            int most = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << attempt);
            Thread.sleep(ThreadLocalRandom.current().nextInt(FIRST_PAUSE_MILLIS, most));
        }
    }

    private static boolean isWorthRepeating(RuntimeException failure, int attempt) {
        return failure instanceof TransientException
                || failure instanceof ChangedMeanwhileException
                // a pooled connection was closed by the server
                || (failure instanceof SessionExpiredException && attempt == 1)
                || (failure instanceof Neo4jException refusal && CONFLICTS.contains(refusal.code()));
    }

    private <T> T once(AccessMode mode, Work<T> work) {
        SessionConfig session = SessionConfig.builder()
                .withDatabase(properties.database())
                .withDefaultAccessMode(mode)
                .build();
        TransactionConfig limits =
                TransactionConfig.builder().withTimeout(properties.timeout()).build();
        try (Session open = driver.session(session);
                Transaction transaction = open.beginTransaction(limits)) {
            T result = work.in(transaction);
            transaction.commit();
            return result;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        driver.close();
    }
}
