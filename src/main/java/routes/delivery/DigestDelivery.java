package routes.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.component.telegram.model.MessageResult;
import org.apache.camel.component.telegram.model.OutgoingTextMessage;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import routes.delivery.BotMessages.Message;
import routes.delivery.MessageText.Part;
import routes.digests.DigestTable;

/**
 * The steps of the route {@code delivery}, as bean {@code digestDelivery}: creates messages for digests that are ready, passes them to the
 * route one by one, and stores the outcome of each message. A message whose answer was lost is not sent again, because it may have
 * arrived: a digest is sent at most once; the page shows messages whose outcome is unknown.
 */
@Component("digestDelivery")
public class DigestDelivery {
    private static final Logger LOG = LoggerFactory.getLogger(DigestDelivery.class);
    private static final int MOST_DIGESTS = 100;
    /** Maximum number of messages per run of the route, each second: Telegram allows a bot about 30 messages per second. */
    private static final int MOST_MESSAGES = 25;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    /** Pause after a refusal for which Telegram returns no waiting time; usually it does. */
    private static final Duration REFUSED = Duration.ofSeconds(30);

    private static final Duration WRONG_TOKEN = Duration.ofMinutes(5);
    private static final Duration KEEP_ANSWERS = Duration.ofDays(1);
    private static final List<String> OUTCOMES =
            List.of("sent", "unknown", "failed", "blocked", "cancelled", "retrying", "refused");

    private final BotMessages messages;
    private final TelegramLinks links;
    private final DigestTable digests;
    private final BotProperties properties;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final MeterRegistry metrics;
    private final Clock clock;

    DigestDelivery(
            BotMessages messages,
            TelegramLinks links,
            DigestTable digests,
            BotProperties properties,
            JdbcClient jdbc,
            TransactionTemplate transaction,
            MeterRegistry metrics,
            Clock clock) {
        this.messages = messages;
        this.links = links;
        this.digests = digests;
        this.properties = properties;
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.metrics = metrics;
        this.clock = clock;
        for (String kind : List.of("digest", "answer")) {
            OUTCOMES.forEach(outcome -> count(kind, outcome, 0));
        }
    }

    private void count(String kind, String outcome, int number) {
        metrics.counter("telegram.bot.messages", "kind", kind, "outcome", outcome)
                .increment(number);
    }

    private record Ready(long id, long userId, UUID tenantId, long chatId) {}

    /**
     * Creates messages for the digests that became ready after their users were linked.
     *
     * @return a number for each message that may be sent now
     */
    public List<Integer> turns() {
        if (!properties.hasBot()) {
            return List.of();
        }
        Instant now = clock.instant();
        messages.endLost(now).forEach(ended -> count(ended.kind(), ended.outcome(), 1));
        transaction.executeWithoutResult(status -> ready(now).forEach(digest -> prepare(digest, now)));
        messages.prune(now.minus(KEEP_ANSWERS));
        return IntStream.range(0, messages.due(now, MOST_MESSAGES)).boxed().toList();
    }

    /** Returns digests that are ready, locked until the end of the transaction. */
    private List<Ready> ready(Instant now) {
        return jdbc.sql(
                        """
                        SELECT d.id, d.user_id, u.tenant_id, l.chat_id FROM digests d JOIN users u ON u.id = d.user_id
                        JOIN telegram_links l ON l.user_id = d.user_id AND l.state = 'active' AND l.linked_at <= d.made_at
                        WHERE d.status = 'ready' AND d.delivery IS NULL AND d.made_at > CAST(:since AS timestamptz)
                        ORDER BY d.made_at, d.id LIMIT :most FOR UPDATE OF d SKIP LOCKED
                        """)
                .param("since", now.minus(properties.deliverWithin()).toString())
                .param("most", MOST_DIGESTS)
                .query(Ready.class)
                .list();
    }

    private void prepare(Ready ready, Instant now) {
        List<Part> parts =
                digests.read(ready.userId(), ready.id()).map(DigestMessages::of).orElse(List.of());
        messages.append(ready.chatId(), ready.userId(), ready.id(), parts, now, now.plus(properties.deliverWithin()));
        jdbc.sql("UPDATE digests SET delivery = ? WHERE id = ?")
                .params(parts.isEmpty() ? "nothing" : "taken", ready.id())
                .update();
    }

    /**
     * Returns the next message, as the exchange property {@code botMessage} and as the body that the component sends; null if none is due
     * now.
     */
    public OutgoingTextMessage next(Exchange exchange) {
        Optional<Message> next = messages.claim(clock.instant());
        exchange.setProperty("botMessage", next.orElse(null));
        return next.map(message -> {
                    OutgoingTextMessage text = new OutgoingTextMessage();
                    text.setChatId(Long.toString(message.chatId()));
                    text.setText(message.text());
                    text.setParseMode("HTML");
                    text.setDisableWebPagePreview(true);
                    return text;
                })
                .orElse(null);
    }

    /** Records that Telegram accepted the message. */
    public void sent(@ExchangeProperty("botMessage") Message message, Exchange exchange) {
        MessageResult result = exchange.getMessage().getBody(MessageResult.class);
        messages.sent(message, result.getMessage().getMessageId(), clock.instant());
        jdbc.sql(
                        """
                        UPDATE digests d SET sent_at = CAST(? AS timestamptz) WHERE id = ? AND NOT EXISTS (
                            SELECT FROM telegram_messages m WHERE m.digest_id = d.id AND m.state <> 'sent')
                        """)
                .params(clock.instant().toString(), message.digestId())
                .update();
        count(message.kind(), "sent", 1);
    }

    /** Records that the message was refused or its answer was lost. */
    public void failed(
            @ExchangeProperty("botMessage") Message message,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        Instant now = clock.instant();
        String reason = ExceptionUtils.getRootCause(failure) == null
                ? failure.toString()
                : ExceptionUtils.getRootCause(failure).toString();
        BotException refusal = ExceptionUtils.throwableOfType(failure, BotException.class);
        String outcome;
        if (refusal != null) {
            outcome = refused(message, refusal, now);
        } else if (wasNeverSent(failure)) {
            messages.again(message, reason, now.plus(pause(message)));
            outcome = "retrying";
        } else {
            messages.end(message, "unknown", null, reason, now);
            outcome = "unknown";
        }
        count(message.kind(), outcome, 1);
        LOG.warn(
                "Message {} of the bot ({}) was not delivered, outcome {}: {}",
                message.id(),
                message.kind(),
                outcome,
                reason);
    }

    /** Returns whether no part of the request can have reached Telegram. */
    private static boolean wasNeverSent(Throwable failure) {
        return Stream.of(
                        ConnectException.class,
                        UnknownHostException.class,
                        HttpConnectTimeoutException.class,
                        SSLHandshakeException.class)
                .anyMatch(type -> ExceptionUtils.indexOfType(failure, type) >= 0);
    }

    private String refused(Message message, BotException refusal, Instant now) {
        int code = refusal.code();
        String reason = refusal.getMessage();
        if (code == 429) {
            Duration wait = refusal.retryAfter() == null ? REFUSED : refusal.retryAfter();
            messages.refused(message, reason, now.plus(wait), now);
            return "refused";
        }
        if (code == 401 || code == 404) {
            messages.again(message, reason, now.plus(WRONG_TOKEN));
            messages.botWaits(now.plus(WRONG_TOKEN), "the Bot API rejects the token TELEGRAM_BOT_TOKEN: " + reason);
            return "retrying";
        }
        if (code >= 500) {
            messages.again(message, reason, now.plus(pause(message)));
            return "retrying";
        }
        if (code == 403 || reason.contains("chat not found")) {
            block(message, refusal, now);
            return "blocked";
        }
        messages.end(message, "failed", null, reason, now);
        return "failed";
    }

    private void block(Message message, BotException refusal, Instant now) {
        transaction.executeWithoutResult(status -> {
            messages.end(message, "cancelled", null, refusal.getMessage(), now);
            messages.cancelChat(message.chatId(), refusal.getMessage(), now);
            links.blocked(message.chatId(), refusal.getMessage());
        });
    }

    private static Duration pause(Message message) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(10, message.attempts() - 1));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    /**
     * @param state pending, sent, unknown (a message may have arrived), failed, or cancelled
     * @param parts number of messages of the digest
     * @param sent number of messages that have arrived
     * @param error error of a message that was not sent
     */
    public record Delivery(String state, int parts, int sent, Instant endedAt, String error) {}

    /** Returns empty if no message was created for the digest. */
    public Optional<Delivery> of(long digestId) {
        return jdbc.sql(
                        """
                        SELECT count(*) AS parts, count(*) FILTER (WHERE state = 'sent') AS sent,
                            CASE WHEN bool_or(state IN ('pending', 'sending')) THEN 'pending' WHEN bool_and(state = 'sent') THEN 'sent'
                                WHEN bool_or(state = 'failed') THEN 'failed' WHEN bool_or(state = 'cancelled') THEN 'cancelled'
                                ELSE 'unknown' END AS state,
                            max(ended_at) AS ended_at, min(error) FILTER (WHERE state <> 'sent') AS error
                        FROM telegram_messages WHERE digest_id = ? HAVING count(*) > 0
                        """)
                .param(digestId)
                .query(Delivery.class)
                .optional();
    }
}
