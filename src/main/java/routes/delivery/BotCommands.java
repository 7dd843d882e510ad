package routes.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.delivery.MessageText.Part;
import routes.delivery.TelegramLinks.Linked;
import routes.digests.DigestSettings;
import routes.digests.DigestSettingsTable;
import routes.digests.DigestTable;
import routes.digests.DigestTable.Digest;
import routes.events.StorableText;
import routes.search.HybridSearch.PostQuery;
import routes.search.QueryLanguage.UnclearQueryException;
import routes.search.ReaderSearch;
import routes.trends.Trends;

/** Answers messages to the bot: linked users get the data that they may see, others always the same text. */
@Component
record BotCommands(
        TelegramLinks links,
        DigestTable digests,
        DigestSettingsTable settings,
        Trends trends,
        ReaderSearch search,
        JdbcClient jdbc,
        Clock clock) {
    /** Maximum number of answers to a chat within {@link #PERIOD}; further messages are not answered. */
    private static final int MOST_ANSWERS = 20;

    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final int HITS = 5;
    private static final int TRENDS = 10;
    private static final int MOST_QUERY = 300;

    enum Outcome {
        ANSWERED,
        UNLINKED,
        /** A message of a group, or without text. */
        IGNORED,
        LIMITED,
        FAILED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param userId null if the chat is not linked */
    record Answer(long chatId, Long userId, List<Part> parts, Outcome outcome) {}

    private static Answer plain(long chat, Long user, String text, Outcome outcome) {
        return new Answer(chat, user, new MessageText().commands(text).split(), outcome);
    }

    /** Runs in the transaction of the caller. */
    Answer answer(JsonNode message) {
        long chat = message.path("chat").path("id").asLong();
        String text = message.path("text").asText("").strip();
        if (!message.path("chat").path("type").asText().equals("private") || text.isEmpty()) {
            return new Answer(chat, null, List.of(), Outcome.IGNORED);
        }
        if (!mayAnswer(chat)) {
            return new Answer(chat, null, List.of(), Outcome.LIMITED);
        }
        BotTexts texts = texts(message);
        String[] words = text.split("\\s+", 2);
        // in groups, and in some clients, commands contain the name of the bot
        String command = words[0].toLowerCase(Locale.ROOT).replaceFirst("@.*", "");
        String rest = words.length == 1 ? "" : words[1];
        if (command.equals("/start") && !rest.isEmpty()) {
            return start(chat, rest, message, texts);
        }
        Linked linked = links.linked(chat).orElse(null);
        if (linked == null) {
            return plain(chat, null, texts.get("unlinked"), Outcome.UNLINKED);
        }
        if (command.equals("/stop")) {
            links.unlink(linked.userId());
            return plain(chat, null, texts.get("stopped"), Outcome.ANSWERED);
        }
        List<Part> parts =
                switch (command) {
                    case "/digest" -> digest(linked, texts);
                    case "/search" -> found(linked, rest, texts);
                    case "/trends" -> trends(linked, texts);
                    case "/status" -> status(linked, texts);
                    case "/help", "/start" -> said(texts.get("help"));
                    default -> said(texts.get("unknown"));
                };
        return new Answer(chat, linked.userId(), parts, Outcome.ANSWERED);
    }

    /** Returns the answer after a failure, when no data is available. */
    Answer failed(JsonNode message) {
        long chat = message.path("chat").path("id").asLong();
        return plain(chat, null, texts(message).get("failed"), Outcome.FAILED);
    }

    private static BotTexts texts(JsonNode message) {
        return BotTexts.in(message.path("from").path("language_code").asText(null));
    }

    private static List<Part> said(String text) {
        return new MessageText().commands(text).split();
    }

    private boolean mayAnswer(long chat) {
        Instant now = clock.instant();
        int answers = jdbc.sql(
                        """
                        INSERT INTO telegram_chats AS chat (chat_id, answers, answers_since, seen_at)
                        VALUES (:chat, 1, CAST(:now AS timestamptz), CAST(:now AS timestamptz))
                        ON CONFLICT (chat_id) DO UPDATE SET seen_at = excluded.seen_at,
                            answers = CASE WHEN chat.answers_since > CAST(:since AS timestamptz) THEN chat.answers + 1 ELSE 1 END,
                            answers_since = CASE WHEN chat.answers_since > CAST(:since AS timestamptz) THEN chat.answers_since
                                ELSE excluded.answers_since END
                        RETURNING answers
                        """)
                .param("chat", chat)
                .param("now", now.toString())
                .param("since", now.minus(PERIOD).toString())
                .query(Integer.class)
                .single();
        return answers <= MOST_ANSWERS;
    }

    private Answer start(long chat, String code, JsonNode message, BotTexts texts) {
        JsonNode from = message.path("from");
        String name = from.hasNonNull("username")
                ? "@" + from.path("username").asText()
                : from.path("first_name").asText("");
        return switch (links.link(chat, code, name)) {
            case WRONG -> plain(chat, null, texts.get("code.wrong"), Outcome.UNLINKED);
            case TOO_MANY -> plain(chat, null, texts.get("code.tries"), Outcome.UNLINKED);
            case LINKED -> {
                long user = links.linked(chat).orElseThrow().userId();
                String of = jdbc.sql("SELECT coalesce(username, id::text) FROM users WHERE id = ?")
                        .param(user)
                        .query(String.class)
                        .single();
                yield plain(chat, user, texts.get("linked", of), Outcome.ANSWERED);
            }
        };
    }

    private List<Part> digest(Linked user, BotTexts texts) {
        Digest digest = digests.last(user.userId()).orElse(null);
        if (digest == null) {
            return said(texts.get("digest.none"));
        }
        List<Part> parts = DigestMessages.of(digest);
        String language = digest.body().language();
        return parts.isEmpty()
                ? said(texts.get(
                        "digest.empty", Long.toString(digest.id()), DigestMessages.day(digest.digestDate(), language)))
                : parts;
    }

    private List<Part> found(Linked user, String words, BotTexts texts) {
        if (words.isBlank()) {
            return said(texts.get("search.how"));
        }
        ReaderSearch.Results results;
        try {
            results = search.find(
                    user.tenantId(),
                    user.userId(),
                    StorableText.cut(words, MOST_QUERY),
                    PostQuery.Order.RELEVANCE,
                    HITS);
        } catch (UnclearQueryException e) {
            return said(texts.get("search.unclear", e.getMessage()));
        }
        MessageText text = new MessageText();
        for (ReaderSearch.Found post : results.posts()) {
            text.block()
                    .link(post.channel(), post.link(), post.postId())
                    .text(" · " + LocalDate.ofInstant(post.postedAt(), ZoneOffset.UTC) + "\n")
                    .text(post.snippet());
        }
        if (results.posts().isEmpty()) {
            return said(texts.get("search.none"));
        }
        if (results.hasMore()) {
            text.block().text(texts.get("search.more"));
        }
        return text.split();
    }

    private List<Part> trends(Linked user, BotTexts texts) {
        List<Trends.Trend> found = trends.list(user.tenantId(), user.userId(), Trends.Window.DAY);
        if (found.isEmpty()) {
            return said(texts.get("trends.none"));
        }
        MessageText text = new MessageText();
        found.stream().limit(TRENDS).forEach(trend -> {
            text.block()
                    .text(texts.get(
                            "trends.one",
                            trend.keyword(),
                            Integer.toString(trend.frequency()),
                            Integer.toString(trend.channels()),
                            String.format(Locale.ROOT, "%.1f", trend.baseline())));
            trend.examples().forEach(post -> text.text("\n").link(post.channel(), post.link(), post.postId()));
        });
        return text.split();
    }

    private record Counts(long posts, long channels, Instant last) {}

    private List<Part> status(Linked user, BotTexts texts) {
        DigestSettings wanted = settings.read(user.userId());
        ZoneId zone = wanted.schedule().zone();
        Counts counts = jdbc.sql(
                        """
                        SELECT count(p.id) AS posts, count(DISTINCT s.channel_id) AS channels, max(p.posted_at) AS last
                        FROM user_channel s LEFT JOIN posts p ON p.channel_id = s.channel_id AND p.tenant_id = :tenant AND NOT p.is_deleted
                        WHERE s.user_id = :user AND s.is_active
                        """)
                .param("tenant", user.tenantId())
                .param("user", user.userId())
                .query(Counts.class)
                .single();
        MessageText text = new MessageText()
                .text(texts.get("status.posts", Long.toString(counts.posts()), Long.toString(counts.channels())));
        if (counts.last() != null) {
            text.text("\n").text(texts.get("status.last", time(counts.last(), zone)));
        }
        digests.last(user.userId()).ifPresent(digest -> text.text("\n")
                .text(texts.get(
                        "status.digest",
                        Long.toString(digest.id()),
                        digest.digestDate().toString())));
        return text.text("\n")
                .text(
                        wanted.nextDueAt() == null
                                ? texts.get("status.no.next")
                                : texts.get("status.next", time(wanted.nextDueAt(), zone)))
                .split();
    }

    private static String time(Instant at, ZoneId zone) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").format(at.atZone(zone))
                + (zone.equals(ZoneOffset.UTC) ? " UTC" : " " + zone.getId());
    }
}
