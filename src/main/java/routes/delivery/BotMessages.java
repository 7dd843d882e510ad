package routes.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import routes.delivery.MessageText.Part;
import routes.events.StorableText;
import routes.posts.PostTraces;

/**
 * The table {@code telegram_messages}: messages to send. The state of a message is pending, then sending, and finally sent, unknown (sent,
 * but the answer was lost), failed or cancelled. Messages of a chat are sent one at a time, in order; processes share the table.
 */
@Component
record BotMessages(JdbcClient jdbc, TransactionTemplate transaction, BotProperties properties) implements PostTraces {
    /** Telegram allows a bot one message per second and chat. */
    private static final Duration PACE = Duration.ofSeconds(1);

    private static final int MAX_ERROR = 300;

    /**
     * A message that this process is sending.
     *
     * @param digestId null for an answer to a command
     * @param attempts number of attempts, including this one
     */
    record Message(long id, long chatId, Long digestId, int part, String text, int attempts, Instant expiresAt) {
        String kind() {
            return digestId == null ? "answer" : "digest";
        }
    }

    /** Stores messages, in the transaction of the caller. */
    void append(long chatId, Long userId, Long digestId, List<Part> parts, Instant now, Instant expiresAt) {
        for (int i = 0; i < parts.size(); i++) {
            jdbc.sql(
                            """
                            INSERT INTO telegram_messages (chat_id, user_id, digest_id, part, text, posts, next_try_at, expires_at)
                            VALUES (:chat, :user, :digest, :part, :text, :posts, CAST(:now AS timestamptz), CAST(:expires AS timestamptz))
                            """)
                    .param("chat", chatId)
                    .param("user", userId)
                    .param("digest", digestId)
                    .param("part", i + 1)
                    .param("text", parts.get(i).html())
                    .param("posts", parts.get(i).posts().toArray(UUID[]::new))
                    .param("now", now.toString())
                    .param("expires", expiresAt.toString())
                    .update();
        }
    }

    /** A message that ended without being sent by this process. */
    record Ended(String kind, String outcome) {}

    /** Ends messages whose process stopped while sending them, messages that are too old, and messages about deleted posts. */
    List<Ended> endLost(Instant now) {
        return jdbc.sql(
                        """
                        WITH ended AS (
                            SELECT m.id, CASE WHEN m.state = 'sending' THEN 'unknown'
                                    WHEN m.expires_at <= CAST(:now AS timestamptz) THEN 'failed' ELSE 'cancelled' END AS outcome,
                                CASE WHEN m.state = 'sending' THEN 'the process ended while sending the message'
                                    WHEN m.expires_at <= CAST(:now AS timestamptz) THEN 'too late: ' || coalesce(m.error, 'Telegram did not respond')
                                    ELSE 'a post was deleted' END AS reason
                            FROM telegram_messages m
                            WHERE m.state = 'sending' AND m.next_try_at <= CAST(:now AS timestamptz)
                                OR m.state = 'pending' AND (m.expires_at <= CAST(:now AS timestamptz)
                                    OR EXISTS (SELECT FROM posts p WHERE p.id = ANY (m.posts) AND p.is_deleted))
                            FOR UPDATE OF m SKIP LOCKED)
                        UPDATE telegram_messages m SET state = ended.outcome, error = ended.reason, text = '',
                            ended_at = CAST(:now AS timestamptz)
                        FROM ended WHERE m.id = ended.id
                        RETURNING CASE WHEN m.digest_id IS NULL THEN 'answer' ELSE 'digest' END AS kind, m.state AS outcome
                        """)
                .param("now", now.toString())
                .query(Ended.class)
                .list();
    }

    /** Returns the number of waiting messages, at most {@code most}. */
    int due(Instant now, int most) {
        return jdbc.sql(
                        """
                        SELECT count(*) FROM (SELECT FROM telegram_messages WHERE state = 'pending'
                            AND next_try_at <= CAST(? AS timestamptz) LIMIT ?) waiting
                        """)
                .params(now.toString(), most)
                .query(Integer.class)
                .single();
    }

    /** Returns the next message that may be sent now. Its state is changed first, so that no other process sends it. */
    Optional<Message> claim(Instant now) {
        return jdbc.sql(
                        """
                        UPDATE telegram_messages m SET state = 'sending', attempts = attempts + 1,
                            next_try_at = CAST(:lease AS timestamptz)
                        WHERE m.id = (
                            SELECT w.id FROM telegram_messages w LEFT JOIN telegram_chats c ON c.chat_id = w.chat_id
                            WHERE w.state = 'pending' AND w.next_try_at <= CAST(:now AS timestamptz)
                                AND coalesce(c.waits_until <= CAST(:now AS timestamptz), true)
                                AND NOT EXISTS (SELECT FROM telegram_bots b WHERE b.bot_id = :bot AND b.waits_until > CAST(:now AS timestamptz))
                                AND NOT EXISTS (SELECT FROM telegram_messages b WHERE b.chat_id = w.chat_id AND b.id < w.id
                                    AND b.state IN ('pending', 'sending'))
                            ORDER BY w.digest_id IS NOT NULL, w.next_try_at, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
                        RETURNING m.id, m.chat_id, m.digest_id, m.part, m.text, m.attempts, m.expires_at
                        """)
                .param("now", now.toString())
                .param("bot", properties.botId())
                // twice the request timeout, so that the outcome is stored before the lease expires
                .param("lease", now.plus(properties.timeout().multipliedBy(2)).toString())
                .query(Message.class)
                .optional();
    }

    void sent(Message message, long messageId, Instant now) {
        transaction.executeWithoutResult(status -> {
            end(message, "sent", messageId, null, now);
            waits(message.chatId(), now.plus(PACE), null, now);
        });
    }

    /**
     * @param outcome sent, unknown, failed or cancelled
     * @param messageId Telegram's id; null unless sent
     */
    void end(Message message, String outcome, Long messageId, String error, Instant now) {
        jdbc.sql(
                        """
                        UPDATE telegram_messages SET state = :state, message_id = :message, error = :error, text = '',
                            ended_at = CAST(:now AS timestamptz)
                        WHERE id = :id AND state IN ('sending', 'unknown') AND attempts = :attempts
                        """)
                .param("state", outcome)
                .param("message", messageId)
                .param("error", StorableText.cut(error, MAX_ERROR))
                .param("now", now.toString())
                .param("id", message.id())
                .param("attempts", message.attempts())
                .update();
    }

    /** Schedules a message that Telegram refused for a later attempt. */
    void again(Message message, String error, Instant at) {
        jdbc.sql(
                        """
                        UPDATE telegram_messages SET state = 'pending', error = :error, next_try_at = CAST(:at AS timestamptz)
                        WHERE id = :id AND state = 'sending' AND attempts = :attempts
                        """)
                .param("error", StorableText.cut(error, MAX_ERROR))
                .param("at", at.toString())
                .param("id", message.id())
                .param("attempts", message.attempts())
                .update();
    }

    /**
     * Records that Telegram refuses messages for a time. Telegram does not return whether this applies to the chat or to all chats: if it
     * refuses a second chat while this one waits, all chats wait.
     */
    void refused(Message message, String error, Instant until, Instant now) {
        transaction.executeWithoutResult(status -> {
            again(message, error, until);
            boolean others = jdbc.sql(
                            """
                            SELECT EXISTS (SELECT FROM telegram_chats WHERE chat_id <> ? AND refused_until > CAST(? AS timestamptz))
                            """)
                    .params(message.chatId(), now.toString())
                    .query(Boolean.class)
                    .single();
            waits(message.chatId(), until, until, now);
            if (others) {
                botWaits(until, null);
            }
        });
    }

    /** @param problem problem of the bot, for health; null for none */
    void botWaits(Instant until, String problem) {
        jdbc.sql(
                        """
                        INSERT INTO telegram_bots (bot_id, waits_until, problem) VALUES (:bot, CAST(:until AS timestamptz), :problem)
                        ON CONFLICT (bot_id) DO UPDATE SET problem = coalesce(excluded.problem, telegram_bots.problem),
                            waits_until = greatest(telegram_bots.waits_until, excluded.waits_until)
                        """)
                .param("bot", properties.botId())
                .param("until", until.toString())
                .param("problem", problem)
                .update();
    }

    private void waits(long chatId, Instant until, Instant refusedUntil, Instant now) {
        jdbc.sql(
                        """
                        INSERT INTO telegram_chats AS chat (chat_id, waits_until, refused_until, seen_at)
                        VALUES (:chat, CAST(:until AS timestamptz), coalesce(CAST(:refused AS timestamptz), '-infinity'), CAST(:now AS timestamptz))
                        ON CONFLICT (chat_id) DO UPDATE SET waits_until = greatest(chat.waits_until, excluded.waits_until),
                            refused_until = greatest(chat.refused_until, excluded.refused_until), seen_at = excluded.seen_at
                        """)
                .param("chat", chatId)
                .param("until", until.toString())
                .param("refused", refusedUntil == null ? null : refusedUntil.toString())
                .param("now", now.toString())
                .update();
    }

    /** Cancels the unsent messages of a chat. */
    int cancelChat(long chatId, String reason, Instant now) {
        return jdbc.sql(
                        """
                        UPDATE telegram_messages SET state = 'cancelled', error = ?, text = '', ended_at = CAST(? AS timestamptz)
                        WHERE chat_id = ? AND state = 'pending'
                        """)
                .params(StorableText.cut(reason, MAX_ERROR), now.toString(), chatId)
                .update();
    }

    /** Cancels the unsent messages of a user. */
    static void cancel(JdbcClient jdbc, long userId, String reason, Instant now) {
        jdbc.sql(
                        """
                        UPDATE telegram_messages SET state = 'cancelled', error = ?, text = '', ended_at = CAST(? AS timestamptz)
                        WHERE user_id = ? AND state = 'pending'
                        """)
                .params(reason, now.toString(), userId)
                .update();
    }

    /** Deletes ended answers, and chats that are neither linked nor limited. Messages of digests are kept as long as the digests. */
    void prune(Instant before) {
        jdbc.sql("DELETE FROM telegram_messages WHERE digest_id IS NULL AND ended_at < CAST(? AS timestamptz)")
                .param(before.toString())
                .update();
        jdbc.sql(
                        """
                        DELETE FROM telegram_chats c WHERE seen_at < CAST(? AS timestamptz) AND waits_until < CAST(? AS timestamptz)
                            AND NOT EXISTS (SELECT FROM telegram_links l WHERE l.chat_id = c.chat_id)
                        """)
                .params(before.toString(), before.toString())
                .update();
    }

    @Override
    public void erase(UUID tenantId, Collection<UUID> postIds) {
        jdbc.sql(
                        """
                        UPDATE telegram_messages SET state = 'cancelled', error = 'a post was deleted', text = '', ended_at = now()
                        WHERE state = 'pending' AND posts && :posts
                        """)
                .param("posts", postIds.toArray(UUID[]::new))
                .update();
    }
}
