package routes.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import routes.delivery.BotCommands.Answer;
import routes.delivery.BotCommands.Outcome;

/**
 * The steps of the route {@code delivery-updates}, as bean {@code botUpdates}. The component {@code telegram} keeps its position in the
 * updates in memory, so it is not used for reading: here the position is stored in the database, in one transaction with the answers.
 */
@Component("botUpdates")
public class BotUpdates {
    private static final Logger LOG = LoggerFactory.getLogger(BotUpdates.class);
    private static final int MOST_UPDATES = 50;
    private static final Duration MARGIN = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration WRONG_TOKEN = Duration.ofMinutes(1);
    /** Maximum age of messages that are answered. */
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(10);

    private static final String ONLY_MESSAGES = "&allowed_updates=%5B%22message%22%5D";

    private final BotClient client;
    private final BotCommands commands;
    private final BotMessages messages;
    private final BotProperties properties;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final MeterRegistry metrics;
    private final Clock clock;
    /** Unique, unlike process names. */
    private final String poller = UUID.randomUUID().toString();

    private volatile boolean isStopping;
    private boolean isKnown;
    private Instant pauseUntil = Instant.MIN;

    BotUpdates(
            BotClient client,
            BotCommands commands,
            BotMessages messages,
            BotProperties properties,
            JdbcClient jdbc,
            TransactionTemplate transaction,
            MeterRegistry metrics,
            Clock clock) {
        this.client = client;
        this.commands = commands;
        this.messages = messages;
        this.properties = properties;
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.metrics = metrics;
        this.clock = clock;
        for (Outcome outcome : Outcome.values()) {
            count(outcome, 0);
        }
    }

    private void count(Outcome outcome, int updates) {
        metrics.counter("telegram.bot.updates", "outcome", outcome.label()).increment(updates);
    }

    @EventListener(ContextClosedEvent.class)
    void stop() {
        isStopping = true;
    }

    /** Waits for updates if no other process does. A failure is logged and retried after a pause. */
    public List<JsonNode> poll() throws InterruptedException {
        if (!properties.hasBot() || isStopping || clock.instant().isBefore(pauseUntil)) {
            return List.of();
        }
        Optional<Long> offset = lease();
        if (offset.isEmpty()) {
            return List.of();
        }
        try {
            if (!isKnown) {
                know(await(client.get("getMe", "", properties.timeout())));
            }
            JsonNode found = await(client.get(
                    "getUpdates",
                    "?offset=" + offset.get() + "&limit=" + MOST_UPDATES + "&timeout="
                            + properties.pollTimeout().toSeconds() + ONLY_MESSAGES,
                    properties.pollTimeout().plus(MARGIN)));
            problem(null);
            List<JsonNode> updates = new ArrayList<>();
            found.forEach(updates::add);
            return updates;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            Duration pause = PAUSE;
            if (cause instanceof BotException refusal) {
                boolean isWrong = refusal.code() == 401 || refusal.code() == 404;
                pause = refusal.retryAfter() != null ? refusal.retryAfter() : isWrong ? WRONG_TOKEN : PAUSE;
            }
            pauseUntil = clock.instant().plus(pause);
            LOG.warn("The bot reads no messages for {} s: {}", pause.toSeconds(), cause.toString());
            problem(cause.toString());
            return List.of();
        }
    }

    /** Waits for an answer. A shutdown of the process does not wait for updates. */
    private JsonNode await(CompletableFuture<JsonNode> answer) throws ExecutionException, InterruptedException {
        while (true) {
            try {
                return answer.get(200, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (isStopping) {
                    answer.cancel(true);
                    return MissingNode.getInstance();
                }
            }
        }
    }

    /**
     * Returns the position in the updates if this process may read now. A process that has stopped is replaced when its lease expires.
     */
    private Optional<Long> lease() {
        Instant now = clock.instant();
        return jdbc.sql(
                        """
                        INSERT INTO telegram_bots AS bot (bot_id, poller, poller_until) VALUES (:bot, :poller, CAST(:until AS timestamptz))
                        ON CONFLICT (bot_id) DO UPDATE SET poller = excluded.poller, poller_until = excluded.poller_until
                        WHERE bot.poller = excluded.poller OR bot.poller_until <= CAST(:now AS timestamptz)
                        RETURNING next_update
                        """)
                .param("bot", properties.botId())
                .param("poller", poller)
                .param("now", now.toString())
                .param(
                        "until",
                        now.plus(properties.pollTimeout())
                                .plus(MARGIN)
                                .plus(MARGIN)
                                .toString())
                .query(Long.class)
                .optional();
    }

    private void know(JsonNode me) {
        if (me.isMissingNode()) {
            return;
        }
        jdbc.sql("UPDATE telegram_bots SET username = ? WHERE bot_id = ?")
                .params(me.path("username").asText(null), properties.botId())
                .update();
        isKnown = true;
        LOG.info("Connected to the Telegram bot @{}", me.path("username").asText());
    }

    private void problem(String problem) {
        jdbc.sql("UPDATE telegram_bots SET problem = ? WHERE bot_id = ? AND problem IS DISTINCT FROM ?")
                .params(problem, properties.botId(), problem)
                .update();
    }

    /** Stores the answers to an update, unless it was handled before. If an update cannot be answered, the answer is an error text. */
    public void answer(@Body JsonNode update) {
        Outcome outcome;
        try {
            outcome = handle(update, () -> commands.answer(update.path("message")));
        } catch (RuntimeException e) {
            LOG.warn("Cannot reply to a message to the bot: {}", e.toString());
            LOG.debug("Cannot reply to a message to the bot", e);
            // if the database does not respond, this fails too, and the update is read again
            outcome = handle(update, () -> commands.failed(update.path("message")));
        }
        if (outcome != null) {
            count(outcome, 1);
        }
    }

    private Outcome handle(JsonNode update, Supplier<Answer> work) {
        return transaction.execute(status -> {
            long id = update.path("update_id").asLong();
            int advanced = jdbc.sql("UPDATE telegram_bots SET next_update = ? WHERE bot_id = ? AND next_update <= ?")
                    .params(id + 1, properties.botId(), id)
                    .update();
            if (advanced == 0) {
                return null;
            }
            Answer answer = work.get();
            Instant now = clock.instant();
            messages.append(answer.chatId(), answer.userId(), null, answer.parts(), now, now.plus(ANSWER_WITHIN));
            return answer.outcome();
        });
    }
}
