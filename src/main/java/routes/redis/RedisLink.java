package routes.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to Redis, opened on first use and replaced after it was lost or stopped responding. Every call has a timeout. Does not
 * rely on Lettuce's auto-reconnect, which silently resends unanswered commands and keeps using a connection whose peer stopped responding.
 *
 * <p>Calls throw {@link RedisCommandExecutionException} if Redis replied with an error, and another {@link RedisException} if it did not
 * reply. Thread-safe; the commands of several threads are pipelined.
 */
public final class RedisLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);

    private final RedisClient client;
    private final Duration timeout;
    private final Executor connecting;
    /** Not guarded by the lock below: event loops drop connections, and opening a connection waits for an event loop. */
    private final AtomicReference<Connection> connection = new AtomicReference<>();

    private final ReentrantLock opening = new ReentrantLock();
    private long connections;
    private volatile boolean closed;

    /**
     * @param number number of connections opened so far
     * @param loaded the scripts that were sent to Redis on this connection
     */
    private record Connection(
            StatefulRedisConnection<String, String> redis, long number, Map<Script, RedisFuture<String>> loaded) {

        static AsyncCommand<String, String, List<Object>> command(CommandType type, String script, Script.Call call) {
            CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8)
                    .addValue(script)
                    .add(call.keys().size())
                    .addKeys(call.keys())
                    .addValues(call.arguments());
            return new AsyncCommand<>(new Command<>(type, new NestedMultiOutput<>(StringCodec.UTF8), arguments));
        }
    }

    /** @param timeout how long a call waits for the reply; must be longer than any command blocks on the server */
    public RedisLink(RedisClient client, Duration timeout) {
        this(client, timeout, task -> {
            Thread thread = new Thread(task, "redis-connect");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** @param connecting runs each attempt to open a connection in a separate thread */
    public RedisLink(RedisClient client, Duration timeout, Executor connecting) {
        this.client = client;
        this.timeout = timeout;
        this.connecting = connecting;
    }

    /** Sends a command and waits for its reply. */
    public <T> T call(Function<RedisAsyncCommands<String, String>, RedisFuture<T>> command) {
        Connection current = open();
        return await(current, command.apply(current.redis().async()));
    }

    /**
     * Runs a script and waits for its reply. A single value is returned as a list of one element.
     *
     * @param arguments as for {@link Script#arguments}
     */
    public List<Object> run(Script script, List<String> keys, Object... arguments) {
        return send(List.of(new Script.Call(script, keys, Script.arguments(arguments))))
                .answer(0);
    }

    /**
     * Sends the calls of several scripts in one write. Sends the text of each script before its first call on a connection, without
     * waiting. This keeps the outputs of a consumer in order: a call whose script Redis does not have is sent again only after the
     * calls that followed it.
     */
    public Pipeline send(List<Script.Call> calls) {
        Connection current = open();
        calls.forEach(call -> current.loaded()
                .computeIfAbsent(
                        call.script(), script -> current.redis().async().scriptLoad(script.text())));
        List<AsyncCommand<String, String, List<Object>>> commands = calls.stream()
                .map(call ->
                        Connection.command(CommandType.EVALSHA, call.script().digest(), call))
                .toList();
        current.redis().dispatch(commands);
        return index -> answer(current, commands.get(index), calls.get(index));
    }

    /** Outstanding replies. */
    public interface Pipeline {
        /** Waits for the reply to the call at this index. Throws the same exceptions as {@link RedisLink#call}. */
        List<Object> answer(int index);
    }

    /** Opens the connection if there is none. Returns the number of connections opened so far. */
    public long connect() {
        return open().number();
    }

    private Connection open() {
        Connection current = connection.get();
        if (current != null) {
            return current;
        }
        try {
            if (!opening.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RedisConnectionException("Timeout while another thread connects to Redis");
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try {
            current = connection.get();
            if (current == null && !closed) {
                StatefulRedisConnection<String, String> redis = connectInTime();
                redis.setTimeout(timeout);
                current = new Connection(redis, ++connections, new ConcurrentHashMap<>());
                discardWhenLost(current);
                connection.set(current);
            }
            if (closed) {
                disconnect();
                throw new RedisException("The connection to Redis was closed by this process");
            }
            return current;
        } finally {
            opening.unlock();
        }
    }

    /** Connects in a separate thread: Lettuce's connect never returns if the client is shut down in the meantime. */
    private StatefulRedisConnection<String, String> connectInTime() {
        CompletableFuture<StatefulRedisConnection<String, String>> opened =
                CompletableFuture.supplyAsync(() -> client.connect(StringCodec.UTF8), connecting);
        try {
            return opened.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            CompletableFuture<Void> unused = opened.thenAccept(StatefulRedisConnection::close);
            throw new RedisConnectionException("No connection to Redis within " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new RedisConnectionException("No connection to Redis", e.getCause());
        } catch (InterruptedException e) {
            CompletableFuture<Void> unused = opened.thenAccept(StatefulRedisConnection::close);
            throw interrupted(e);
        }
    }

    private static RedisCommandInterruptedException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new RedisCommandInterruptedException(e);
    }

    private List<Object> answer(Connection on, RedisFuture<List<Object>> answer, Script.Call call) {
        try {
            return await(on, answer);
        } catch (RedisNoScriptException e) {
            // SCRIPT LOAD was refused, or the script cache was flushed
            var again = Connection.command(CommandType.EVAL, call.script().text(), call);
            on.redis().dispatch(again);
            return await(on, again);
        }
    }

    private <T> T await(Connection on, RedisFuture<T> answer) {
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            discard(on);
            throw new RedisCommandTimeoutException("Redis did not answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RedisCommandExecutionException refusal) {
                throw refusal;
            }
            discard(on);
            throw new RedisException(e.getCause());
        } catch (CancellationException e) {
            discard(on);
            throw new RedisException("The connection to Redis was lost", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw interrupted(e);
        }
    }

    /** Drops a connection. Unanswered commands on it fail. */
    private void discard(Connection lost) {
        if (connection.compareAndSet(lost, null)) {
            CompletableFuture<Void> unused = lost.redis().closeAsync().whenComplete((done, failure) -> {
                if (failure != null) {
                    LOG.debug("Cannot close a lost connection to Redis", failure);
                }
            });
        }
    }

    private void discardWhenLost(Connection watched) {
        watched.redis().addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
                discard(watched);
            }
        });
    }

    /** Aborts commands in flight. The next call opens a new connection. */
    public void disconnect() {
        Connection current = connection.get();
        if (current != null) {
            discard(current);
        }
    }

    @Override
    public void close() {
        closed = true;
        disconnect();
    }
}
