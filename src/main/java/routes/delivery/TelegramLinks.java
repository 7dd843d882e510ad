package routes.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Sha256;
import routes.events.StorableText;

/** The chats of users with the bot, and the one-time codes that link them. */
@Component
public record TelegramLinks(JdbcClient jdbc, TransactionTemplate transaction, BotProperties properties, Clock clock) {
    /** How long a code is valid. */
    public static final Duration VALID = Duration.ofMinutes(10);

    /** Without similar-looking characters; 12 characters contain 59 bits. */
    private static final String ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789";

    private static final int CODE_LENGTH = 12;
    /** Maximum number of wrong codes of a chat within {@link #TRIES_PERIOD}. */
    private static final int TRIES = 5;

    private static final Duration TRIES_PERIOD = Duration.ofHours(1);
    private static final int MOST_NAME = 100;
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * @param code code to send to the bot, as {@code /start <code>}
     * @param bot user name of the bot; null until Telegram has returned it
     */
    public record Code(String code, Instant expiresAt, String bot) {
        /** Omits the code: Spring logs response bodies. */
        @Override
        public String toString() {
            return "Code[bot=" + bot + ", expiresAt=" + expiresAt + "]";
        }
    }

    /**
     * The link between a user and a chat.
     *
     * @param state none, pending (there is a valid code), active, or blocked (Telegram refuses messages to the chat)
     * @param name name of the person; null without a chat
     * @param problem why Telegram refuses messages; null if it does not
     */
    @JsonInclude
    public record Link(String state, String name, Instant linkedAt, String problem, Instant codeExpiresAt) {}

    /** Returns whether a bot is configured. */
    public boolean hasBot() {
        return properties.hasBot();
    }

    /** Returns the user name of the bot; empty until Telegram has returned it. */
    public Optional<String> bot() {
        return jdbc.sql("SELECT username FROM telegram_bots WHERE bot_id = ? AND username IS NOT NULL")
                .param(properties.botId())
                .query(String.class)
                .optional();
    }

    /** Creates a code and invalidates the previous one. */
    public Code newCode(long userId) {
        StringBuilder code = new StringBuilder();
        RANDOM.ints(CODE_LENGTH, 0, ALPHABET.length()).forEach(i -> code.append(ALPHABET.charAt(i)));
        Instant expires = clock.instant().plus(VALID);
        jdbc.sql(
                        """
                        INSERT INTO telegram_link_codes (user_id, code_sha256, expires_at)
                        VALUES (:user, :hash, CAST(:expires AS timestamptz))
                        ON CONFLICT (user_id) DO UPDATE SET code_sha256 = excluded.code_sha256, expires_at = excluded.expires_at
                        """)
                .param("user", userId)
                .param("hash", Sha256.hex(code.toString()))
                .param("expires", expires.toString())
                .update();
        return new Code(code.toString(), expires, bot().orElse(null));
    }

    public Link read(long userId) {
        return jdbc.sql(
                        """
                        SELECT coalesce(l.state, CASE WHEN c.expires_at IS NULL THEN 'none' ELSE 'pending' END) AS state, l.name, l.linked_at,
                            l.problem, c.expires_at AS code_expires_at
                        FROM (SELECT CAST(:user AS bigint) AS id) u LEFT JOIN telegram_links l ON l.user_id = u.id
                        LEFT JOIN telegram_link_codes c ON c.user_id = u.id AND c.expires_at > CAST(:now AS timestamptz)
                        """)
                .param("user", userId)
                .param("now", clock.instant().toString())
                .query(Link.class)
                .single();
    }

    /** Removes the chat and the code of a user, and cancels unsent messages. Returns whether there was a chat or a code. */
    public boolean unlink(long userId) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            int codes = jdbc.sql("DELETE FROM telegram_link_codes WHERE user_id = ?")
                    .param(userId)
                    .update();
            int links = jdbc.sql("DELETE FROM telegram_links WHERE user_id = ?")
                    .param(userId)
                    .update();
            BotMessages.cancel(jdbc, userId, "unlinked", clock.instant());
            return codes + links > 0;
        }));
    }

    record Linked(long userId, UUID tenantId) {}

    Optional<Linked> linked(long chatId) {
        return jdbc.sql(
                        """
                        SELECT l.user_id, u.tenant_id FROM telegram_links l JOIN users u ON u.id = l.user_id
                        WHERE l.chat_id = ? AND l.state = 'active'
                        """)
                .param(chatId)
                .query(Linked.class)
                .optional();
    }

    /** The outcome of an attempt to use a code. */
    enum Try {
        LINKED,
        WRONG,
        /** The chat has sent too many wrong codes; this code was not checked. */
        TOO_MANY
    }

    /** Links a chat with a code, which becomes invalid. If the chat was linked to another user, the link is replaced. */
    Try link(long chatId, String code, String name) {
        Instant now = clock.instant();
        Integer wrong = jdbc.sql(
                        """
                        SELECT wrong_codes FROM telegram_chats WHERE chat_id = :chat AND wrong_since > CAST(:since AS timestamptz)
                        """)
                .param("chat", chatId)
                .param("since", now.minus(TRIES_PERIOD).toString())
                .query(Integer.class)
                .optional()
                .orElse(0);
        if (wrong >= TRIES) {
            return Try.TOO_MANY;
        }
        Optional<Long> user = jdbc.sql(
                        """
                        DELETE FROM telegram_link_codes WHERE code_sha256 = :hash AND expires_at > CAST(:now AS timestamptz)
                        RETURNING user_id
                        """)
                .param("hash", Sha256.hex(code.toUpperCase(Locale.ROOT)))
                .param("now", now.toString())
                .query(Long.class)
                .optional();
        if (user.isEmpty()) {
            jdbc.sql(
                            """
                            UPDATE telegram_chats SET wrong_codes = CASE WHEN wrong_since > CAST(:since AS timestamptz)
                                    THEN wrong_codes + 1 ELSE 1 END,
                                wrong_since = CASE WHEN wrong_since > CAST(:since AS timestamptz) THEN wrong_since
                                    ELSE CAST(:now AS timestamptz) END
                            WHERE chat_id = :chat
                            """)
                    .param("since", now.minus(TRIES_PERIOD).toString())
                    .param("now", now.toString())
                    .param("chat", chatId)
                    .update();
            return Try.WRONG;
        }
        jdbc.sql("DELETE FROM telegram_links WHERE chat_id = ? AND user_id <> ?")
                .params(chatId, user.get())
                .update();
        jdbc.sql(
                        """
                        INSERT INTO telegram_links (user_id, chat_id, name, linked_at) VALUES (:user, :chat, :name, CAST(:now AS timestamptz))
                        ON CONFLICT (user_id) DO UPDATE SET chat_id = excluded.chat_id, name = excluded.name, state = 'active',
                            problem = NULL, linked_at = excluded.linked_at
                        """)
                .param("user", user.get())
                .param("chat", chatId)
                .param("name", StorableText.cut(name, MOST_NAME))
                .param("now", now.toString())
                .update();
        return Try.LINKED;
    }

    /** Records that Telegram permanently refuses messages to the chat. */
    void blocked(long chatId, String problem) {
        jdbc.sql("UPDATE telegram_links SET state = 'blocked', problem = ? WHERE chat_id = ? AND state = 'active'")
                .params(problem, chatId)
                .update();
    }
}
