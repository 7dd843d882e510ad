package routes.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import routes.answers.AnswerArchive;
import routes.answers.AnswerArchive.Stored;
import routes.delivery.BotApiStandIn.Fault;
import routes.delivery.BotApiStandIn.Sent;
import routes.delivery.TelegramLinks.Code;
import routes.digests.DigestBody;
import routes.digests.DigestBody.Group;
import routes.digests.DigestBody.Item;
import routes.digests.DigestBody.Sentence;
import routes.digests.DigestBody.Source;
import routes.digests.DigestsOfTests;
import routes.testing.ChildJvm;
import routes.testing.DrivenClock;
import routes.testing.EmbeddedDatabase;

/** The bot, with a stand-in for the Bot API. */
class DeliveryIT {
    private static final Duration TIME = Duration.ofSeconds(60);
    private static final AtomicLong CHATS = new AtomicLong(9_000_000_000L);

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @TempDir
    Path folder;

    private final DrivenClock clock = new DrivenClock(Instant.parse("2026-11-29T09:00:00Z"));
    private final List<BotProcess> processes = new ArrayList<>();
    private BotApiStandIn telegram;
    private AnswerArchive archive;
    private BotProcess bot;
    private UUID tenant;
    private long user;
    private long chat;
    private UUID channel;

    @BeforeEach
    void aLinkedUser() throws Exception {
        telegram = new BotApiStandIn();
        archive = new AnswerArchive(DATABASE, folder);
        for (String table :
                List.of("telegram_messages", "telegram_links", "telegram_chats", "telegram_bots", "digests")) {
            archive.jdbc.sql("DELETE FROM " + table).update();
        }
        bot = process();
        tenant = archive.tenant();
        user = archive.user(tenant);
        chat = CHATS.incrementAndGet();
        channel = archive.channel("Новости", user);
        link(bot, user, chat);
    }

    @AfterEach
    void close() {
        processes.forEach(BotProcess::close);
        telegram.close();
        archive.close();
    }

    private BotProcess process() throws Exception {
        return process(Duration.ofSeconds(30));
    }

    /** @param timeout of sending a message */
    private BotProcess process(Duration timeout) throws Exception {
        BotProcess process = new BotProcess(
                DATABASE.dataSource(), telegram.url(), BotApiStandIn.TOKEN, timeout, archive.readerSearch(), clock);
        processes.add(process);
        return process;
    }

    /** Links a user over the bot; the answer is read and forgotten. */
    private void link(BotProcess process, long who, long where) {
        Code code = process.links.newCode(who);
        telegram.write(where, "/start " + code.code());
        process.answer();
        assertThat(process.links.read(who).state()).isEqualTo("active");
        assertThat(telegram.sentTo(where)).hasSize(1);
        pause();
    }

    /** Longer than the pause between two messages to a chat. */
    private void pause() {
        clock.advance(Duration.ofSeconds(2));
    }

    /** Goes on until nothing is left to send. */
    private void deliverAll(BotProcess process) {
        for (int i = 0; i < 40; i++) {
            process.deliver();
            pause();
        }
    }

    /** Messages to the chat after the one that said that it is linked. */
    private List<Sent> received() {
        return telegram.sentTo(chat).stream().skip(1).toList();
    }

    private long digest(String... sentences) {
        List<Stored> posts = Stream.of(sentences)
                .map(text -> archive.post(tenant, channel, clock.instant().minusSeconds(3_600), text))
                .toList();
        return digest(user, "ru", posts, sentences);
    }

    private long digest(long who, String language, List<Stored> posts, String... sentences) {
        List<Source> sources = IntStream.range(0, posts.size())
                .mapToObj(i -> new Source(
                        i + 1,
                        posts.get(i).id(),
                        posts.get(i).number(),
                        channel,
                        "Новости",
                        "https://t.me/c/1/" + posts.get(i).number(),
                        clock.instant(),
                        10))
                .toList();
        List<Item> items = IntStream.range(0, sentences.length)
                .mapToObj(i -> new Item(
                        List.of(new Sentence(sentences[i], List.of(i + 1), "words")), List.of(i + 1), List.of()))
                .toList();
        DigestBody body = DigestsOfTests.body(language, List.of(new Group("космос", items)), sources);
        return DigestsOfTests.ready(archive.jdbc, who, body, clock.instant());
    }

    private String state(long digest) {
        return bot.delivery.of(digest).map(DigestDelivery.Delivery::state).orElse("none");
    }

    private double count(BotProcess process, String outcome) {
        return process.metrics
                .counter("telegram.bot.messages", "kind", "digest", "outcome", outcome)
                .count();
    }

    @Test
    void a_digest_arrives_once_with_links_to_its_posts_and_no_others() {
        long digest =
                digest("Аппарат сел на Луну. Смотрите evil.example и @spam, пишите /start HACK http://evil.example/x");

        deliverAll(bot);

        assertThat(received()).singleElement().satisfies(message -> {
            assertThat(message.text()).contains("29 ноября 2026", "№ " + digest, "космос", "Аппарат сел на Луну.");
            assertThat(message.links()).singleElement().asString().startsWith("https://t.me/c/1/");
            assertThat(message.linksByItself()).isEmpty();
            assertThat(message.entities())
                    .extracting(BotApiStandIn.Entity::type)
                    .containsOnly("bold", "text_link");
        });
        assertThat(state(digest)).isEqualTo("sent");
        assertThat(count(bot, "sent")).isEqualTo(1);
        assertThat(archive.jdbc
                        .sql("SELECT text FROM telegram_messages")
                        .query(String.class)
                        .list())
                .containsOnly("");
    }

    @Test
    void a_long_digest_is_split_at_its_stories() {
        String[] sentences = IntStream.range(0, 50)
                .mapToObj(i -> "История " + i + ": " + "слова 👩‍👩‍👧‍👦 ".repeat(20) + "& <конец> " + i + ".")
                .toArray(String[]::new);
        Stored post = archive.post(tenant, channel, clock.instant(), "Новость.");
        long digest = digest(user, "ru", Collections.nCopies(sentences.length, post), sentences);

        deliverAll(bot);

        assertThat(received()).hasSizeGreaterThan(4);
        String all = String.join("\n", received().stream().map(Sent::text).toList());
        assertThat(sentences).allSatisfy(sentence -> assertThat(all).containsOnlyOnce(MessageText.inert(sentence)));
        assertThat(received().stream().flatMap(message -> message.links().stream()))
                .hasSize(50);
        assertThat(received().get(1).text()).contains("2/\u2060" + received().size());
        assertThat(state(digest)).isEqualTo("sent");
    }

    @Test
    void a_message_that_was_taken_is_not_sent_again_when_its_answer_is_lost() {
        telegram.next(chat, new Fault.Lose());
        long digest = digest("Первая новость дня.");

        deliverAll(bot);

        assertThat(received()).hasSize(1);
        assertThat(telegram.attempts(chat)).isEqualTo(2);
        assertThat(state(digest)).isEqualTo("unknown");
        assertThat(count(bot, "unknown")).isEqualTo(1);
    }

    @Test
    void an_answer_that_does_not_end_or_is_too_large_holds_nothing_up_and_leaves_the_outcome_unknown()
            throws Exception {
        BotProcess impatient = process(Duration.ofSeconds(3));
        for (Fault fault : List.of(new Fault.Stall(), new Fault.Flooded())) {
            telegram.next(chat, fault);
            long digest = digest("Новость для " + fault + ".");

            deliverAll(impatient);

            assertThat(state(digest)).as(fault.toString()).isEqualTo("unknown");
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(received()).hasSize(2);
    }

    @Test
    void a_page_of_a_proxy_instead_of_an_answer_leaves_the_outcome_unknown() {
        telegram.next(chat, new Fault.Page(502));
        long digest = digest("Вторая новость дня.");

        deliverAll(bot);

        assertThat(state(digest)).isEqualTo("unknown");
        assertThat(bot.delivery.of(digest).orElseThrow().error()).contains("502");
    }

    @Test
    void an_error_of_the_bot_api_itself_is_tried_again() {
        telegram.next(chat, new Fault.Refuse(500, "Internal Server Error"));
        long digest = digest("Третья новость дня.");

        bot.deliver();
        assertThat(state(digest)).isEqualTo("pending");
        clock.advance(Duration.ofSeconds(6));
        bot.deliver();

        assertThat(received()).hasSize(1);
        assertThat(state(digest)).isEqualTo("sent");
        assertThat(count(bot, "retrying")).isEqualTo(1);
    }

    @Test
    void a_refusal_for_a_time_is_obeyed_as_told() {
        telegram.next(chat, new Fault.Flood(90));
        digest("Четвёртая новость дня.");

        bot.deliver();
        clock.advance(Duration.ofSeconds(89));
        bot.deliver();
        assertThat(telegram.attempts(chat)).isEqualTo(2);
        assertThat(received()).isEmpty();

        clock.advance(Duration.ofSeconds(1));
        bot.deliver();
        assertThat(received()).hasSize(1);
    }

    @Test
    void other_chats_go_on_unless_telegram_refuses_them_too() throws Exception {
        long second = archive.user(tenant);
        long secondChat = CHATS.incrementAndGet();
        link(bot, second, secondChat);
        long third = archive.user(tenant);
        long thirdChat = CHATS.incrementAndGet();
        link(bot, third, thirdChat);
        telegram.next(chat, new Fault.Flood(90));
        List<Stored> post = List.of(archive.post(tenant, channel, clock.instant(), "Новость."));

        digest(user, "ru", post, "Новость.");
        bot.deliver();
        digest(second, "ru", post, "Новость.");
        bot.deliver();
        assertThat(telegram.sentTo(secondChat)).as("only one chat waits").hasSize(2);

        pause();
        telegram.next(secondChat, new Fault.Flood(40));
        digest(second, "ru", post, "Новость.");
        bot.deliver();
        digest(third, "ru", post, "Новость.");
        bot.deliver();
        assertThat(telegram.sentTo(thirdChat)).as("all wait").hasSize(1);

        clock.advance(Duration.ofSeconds(40));
        bot.deliver();
        assertThat(telegram.sentTo(thirdChat)).hasSize(2);
        assertThat(telegram.sentTo(secondChat)).hasSize(3);
        assertThat(received()).isEmpty();
        clock.advance(Duration.ofSeconds(60));
        bot.deliver();
        assertThat(received()).hasSize(1);
    }

    @Test
    void a_user_who_blocks_the_bot_is_unlinked_and_told_so() {
        telegram.block(chat);
        long digest = digest("Пятая новость дня.");
        long next = digest("Шестая новость дня.");

        deliverAll(bot);

        assertThat(bot.links.read(user).state()).isEqualTo("blocked");
        assertThat(bot.links.read(user).problem()).contains("blocked by the user");
        assertThat(List.of(state(digest), state(next))).containsOnly("cancelled");
        assertThat(telegram.attempts(chat)).isEqualTo(2);
        digest("Седьмая новость дня.");
        deliverAll(bot);
        assertThat(telegram.attempts(chat)).isEqualTo(2);
    }

    @Test
    void a_message_that_telegram_does_not_take_is_reported_and_the_next_one_is_sent() {
        telegram.next(chat, new Fault.Refuse(400, "Bad Request: message is too long"));
        long digest = digest("Восьмая новость дня.");
        long next = digest("Девятая новость дня.");

        deliverAll(bot);

        assertThat(state(digest)).isEqualTo("failed");
        assertThat(bot.delivery.of(digest).orElseThrow().error()).contains("message is too long");
        assertThat(state(next)).isEqualTo("sent");
    }

    @Test
    void what_cannot_be_sent_for_a_day_is_not_sent_any_more() throws Exception {
        long digest = digest("Новость, которую никто не ждёт.");
        telegram.next(chat, new Fault.Flood(3_600 * 30));
        bot.deliver();
        clock.advance(Duration.ofDays(2));
        bot.deliver();

        assertThat(state(digest)).isEqualTo("failed");
        assertThat(received()).isEmpty();
    }

    @Test
    void a_deleted_post_is_not_sent() {
        telegram.next(chat, new Fault.Flood(10));
        long digest = digest("Удалённая новость дня.");
        bot.deliver();
        archive.jdbc
                .sql("UPDATE posts SET is_deleted = true WHERE channel_id = ?")
                .param(channel)
                .update();
        clock.advance(Duration.ofSeconds(11));

        bot.deliver();

        assertThat(received()).isEmpty();
        assertThat(state(digest)).isEqualTo("cancelled");
        assertThat(archive.jdbc
                        .sql("SELECT text FROM telegram_messages")
                        .query(String.class)
                        .list())
                .containsOnly("");
    }

    @Test
    void two_processes_send_each_digest_once_in_order() throws Exception {
        BotProcess other = process();
        List<Long> chats = new ArrayList<>();
        List<Stored> post = List.of(archive.post(tenant, channel, clock.instant(), "Новость."));
        for (int i = 0; i < 10; i++) {
            long who = archive.user(tenant);
            long where = CHATS.incrementAndGet();
            link(bot, who, where);
            chats.add(where);
            digest(who, "ru", post, "Первая.");
            digest(who, "ru", post, "Вторая.");
        }
        for (int i = 0; i < 4; i++) {
            CompletableFuture.allOf(
                            CompletableFuture.runAsync(bot::deliver), CompletableFuture.runAsync(other::deliver))
                    .join();
            pause();
        }

        assertThat(chats).allSatisfy(where -> assertThat(telegram.sentTo(where).stream()
                        .skip(1)
                        .map(message -> message.text().contains("Первая") ? 1 : 2))
                .containsExactly(1, 2));
        assertThat(count(bot, "sent") + count(other, "sent")).isEqualTo(20);
    }

    @Test
    void a_process_that_is_killed_while_it_sends_leaves_one_message_and_the_truth() throws Exception {
        clock.set(Instant.now());
        archive.jdbc.sql("UPDATE telegram_chats SET waits_until = '-infinity'").update();
        archive.jdbc.sql("UPDATE telegram_links SET linked_at = '-infinity'").update();
        telegram.next(chat, new Fault.Hang());
        long digest = digest("Новость убитого процесса.");
        Path log = folder.resolve("child.log");
        Process child = new ProcessBuilder(
                        ChildJvm.command(List.of(), BotProcess.class, DATABASE.jdbcUrl(), telegram.url()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            await().atMost(TIME).until(() -> received().size() == 1 || !child.isAlive());
            assertThat(child.isAlive())
                    .as("it waits for the answer; see %s", log)
                    .isTrue();
        } finally {
            child.destroyForcibly();
            child.waitFor(30, TimeUnit.SECONDS);
        }

        bot.deliver();
        assertThat(state(digest)).as("another process may still be sending it").isEqualTo("pending");
        clock.advance(Duration.ofMinutes(3));
        deliverAll(bot);

        assertThat(received()).hasSize(1);
        assertThat(telegram.attempts(chat)).isEqualTo(2);
        assertThat(state(digest)).isEqualTo("unknown");
    }

    @Test
    void a_wrong_token_stops_nothing_but_the_bot() throws Exception {
        BotProcess wrong = new BotProcess(
                DATABASE.dataSource(),
                telegram.url(),
                "700000001:AAE-wrong_token_0123456789abcdef",
                Duration.ofSeconds(30),
                archive.readerSearch(),
                clock);
        processes.add(wrong);
        long digest = digest("Новость.");

        wrong.deliver();
        assertThat(state(digest)).isEqualTo("pending");
        assertThat(archive.jdbc
                        .sql("SELECT problem FROM telegram_bots")
                        .query(String.class)
                        .single())
                .contains("rejects the token", "401");
        clock.advance(Duration.ofMinutes(6));
        bot.deliver();
        assertThat(state(digest)).isEqualTo("sent");
    }

    @Test
    void linked_users_get_answers_from_what_they_may_see() {
        archive.post(tenant, channel, clock.instant().minusSeconds(7_200), "Телескоп увидел далёкую галактику.");
        UUID foreign = archive.channel("Чужой");
        archive.post(tenant, foreign, clock.instant(), "Телескоп чужого канала.");
        UUID otherTenant = archive.tenant();
        archive.post(otherTenant, channel, clock.instant(), "Телескоп чужого арендатора.");
        digest("Самая последняя новость.");
        deliverAll(bot);
        int before = received().size();

        for (String text : List.of("/search телескопы", "/digest", "/status", "/trends", "/help", "/search", "hello")) {
            telegram.write(chat, text, "private", "ru");
            bot.answer();
            pause();
        }

        List<Sent> answers = received().subList(before, received().size());
        assertThat(answers).hasSize(7);
        assertThat(answers.get(0).text()).contains("Новости", "Телескоп увидел").doesNotContain("чужого");
        assertThat(answers.get(0).links()).singleElement().asString().startsWith("https://t.me/");
        assertThat(answers.get(1).text()).contains("Самая последняя новость.");
        assertThat(answers.get(2).text()).contains("Постов: 2, каналов: 1", "Последний дайджест: №");
        assertThat(answers.get(3).text()).isEqualTo("Сегодня трендов нет.");
        assertThat(answers.get(4).text()).contains("/digest", "/search", "/trends", "/status", "/stop");
        assertThat(answers.get(5).text()).contains("/search слова");
        assertThat(answers.get(6).text()).contains("Такой команды нет");
        assertThat(telegram.unread()).isLessThanOrEqualTo(1);
    }

    @Test
    void strangers_get_always_the_same_and_groups_nothing() {
        long stranger = CHATS.incrementAndGet();
        for (String text : List.of("/digest", "/search телескоп", "/start", "hi")) {
            telegram.write(stranger, text);
            bot.answer();
            pause();
        }
        long group = CHATS.incrementAndGet();
        telegram.write(group, "/digest", "supergroup", "en");
        bot.answer();

        assertThat(telegram.sentTo(stranger))
                .hasSize(4)
                .extracting(Sent::text)
                .containsOnly(BotTexts.in("en").get("unlinked"));
        assertThat(telegram.sentTo(group)).isEmpty();
    }

    @Test
    void a_code_is_valid_once_for_ten_minutes_and_cannot_be_guessed() {
        long other = archive.user(tenant);
        long second = CHATS.incrementAndGet();
        Code old = bot.links.newCode(other);
        Code code = bot.links.newCode(other);
        telegram.write(second, "/start " + old.code());
        bot.answer();
        assertThat(bot.links.read(other).state()).as("replaced").isEqualTo("pending");
        clock.advance(TelegramLinks.VALID.plusSeconds(1));
        telegram.write(second, "/start " + code.code());
        bot.answer();
        assertThat(bot.links.read(other).state()).as("expired").isEqualTo("none");

        Code last = bot.links.newCode(other);
        for (int i = 0; i < 3; i++) {
            telegram.write(second, "/start WRONG" + i);
            bot.answer();
            pause();
        }
        telegram.write(second, "/start " + last.code());
        bot.answer();
        assertThat(bot.links.read(other).state())
                .as("after five wrong codes not even the right one")
                .isEqualTo("pending");
        clock.advance(Duration.ofHours(1));
        Code fresh = bot.links.newCode(other);
        telegram.write(second, "/start " + fresh.code().toLowerCase(java.util.Locale.ROOT));
        bot.answer();
        assertThat(bot.links.read(other).state()).isEqualTo("active");

        telegram.write(chat, "/start " + fresh.code());
        bot.answer();
        assertThat(bot.links.read(user).state()).as("used up").isEqualTo("active");
        assertThat(archive.jdbc
                        .sql("SELECT code_sha256 FROM telegram_link_codes")
                        .query(String.class)
                        .list())
                .isEmpty();
    }

    @Test
    void stop_and_unlink_end_the_delivery() {
        telegram.next(chat, new Fault.Flood(5));
        long digest = digest("Новость, которая не придёт.");
        bot.deliver();
        telegram.write(chat, "/stop");
        bot.read();
        assertThat(bot.links.read(user).state()).isEqualTo("none");
        clock.advance(Duration.ofSeconds(6));
        deliverAll(bot);

        assertThat(state(digest)).isEqualTo("cancelled");
        assertThat(received())
                .singleElement()
                .extracting(Sent::text)
                .isEqualTo(BotTexts.in("en").get("stopped"));
        long again = archive.user(tenant);
        link(bot, again, CHATS.incrementAndGet());
        assertThat(bot.links.unlink(again)).isTrue();
        assertThat(bot.links.unlink(again)).isFalse();
    }

    @Test
    void who_writes_too_much_is_not_answered() {
        for (int i = 0; i < 40; i++) {
            telegram.write(chat, "/help");
        }
        bot.read();
        bot.read();
        deliverAll(bot);

        assertThat(received()).hasSizeBetween(19, 20);
        assertThat(bot.metrics
                        .counter("telegram.bot.updates", "outcome", "limited")
                        .count())
                .isGreaterThan(19);
    }

    @Test
    void nothing_is_answered_twice_after_a_restart_or_by_two_processes() throws Exception {
        telegram.write(chat, "/help");
        // it reads the update and stores the answer, and is gone before it says so to Telegram with its next request
        bot.read();
        bot.close();
        assertThat(telegram.unread()).isEqualTo(1);

        BotProcess second = process();
        second.read();
        assertThat(telegram.unread())
                .as("the lease of the first one has not ended")
                .isEqualTo(1);
        clock.advance(Duration.ofMinutes(2));
        BotProcess third = process();
        telegram.write(chat, "/status");
        CompletableFuture.allOf(CompletableFuture.runAsync(second::read), CompletableFuture.runAsync(third::read))
                .join();
        deliverAll(second);

        assertThat(received()).hasSize(2);
        assertThat(telegram.conflicts()).isZero();
    }

    @Test
    void an_update_that_cannot_be_answered_is_passed_over() throws Exception {
        BotProcess broken = new BotProcess(
                DATABASE.dataSource(), telegram.url(), BotApiStandIn.TOKEN, Duration.ofSeconds(30), null, clock);
        processes.add(broken);
        clock.advance(Duration.ofMinutes(2));
        telegram.write(chat, "/search телескоп");
        telegram.write(chat, "/help");
        broken.read();
        deliverAll(broken);

        assertThat(received())
                .extracting(Sent::text)
                .hasSize(2)
                .first()
                .isEqualTo(BotTexts.in("en").get("failed"));
        assertThat(broken.metrics
                        .counter("telegram.bot.updates", "outcome", "failed")
                        .count())
                .isEqualTo(1);
    }
}
