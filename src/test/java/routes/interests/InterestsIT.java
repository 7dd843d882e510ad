package routes.interests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import routes.answers.AnswerArchive;
import routes.interests.Interests.Interest;
import routes.testing.DrivenClock;
import routes.testing.EmbeddedDatabase;

class InterestsIT {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @TempDir
    Path folder;

    private final DrivenClock clock = new DrivenClock(NOW);
    private AnswerArchive archive;
    private Interests interests;
    private UUID tenant;
    private long user;
    private UUID channel;

    @BeforeEach
    void aReader() throws IOException {
        archive = new AnswerArchive(DATABASE, folder);
        interests = InterestsOfTests.of(DATABASE, new SimpleMeterRegistry(), clock);
        tenant = archive.tenant();
        user = archive.user(tenant);
        channel = archive.channel("Наука", user);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    private void asked(long who, String... topics) {
        archive.jdbc
                .sql(
                        "INSERT INTO rag_queries (user_id, query, topics, created_at) VALUES (?, 'вопрос', to_jsonb(?::text[]), ?::timestamptz)")
                .params(who, topics, clock.instant().toString())
                .update();
    }

    private double weight(String topic) {
        return interests.list(user).stream()
                .filter(interest -> interest.topic().equals(topic))
                .mapToDouble(Interest::weight)
                .findFirst()
                .orElse(0);
    }

    @Test
    void questions_opened_posts_and_digest_topics_make_interests_whatever_form_the_words_have() {
        asked(user, "нейросети", "космос");
        clock.advance(Duration.ofMinutes(1));
        asked(user, "нейросеть");
        interests.opened(
                user, archive.post(tenant, channel, NOW, "Ракета", "космос").id());
        archive.jdbc
                .sql("INSERT INTO digest_settings (user_id, topics) VALUES (?, '[\"физика\"]')")
                .param(user)
                .update();
        interests.run();

        assertThat(interests.list(user))
                .extracting(Interest::topic)
                .containsExactlyInAnyOrder("нейросеть", "космос", "физика");
        assertThat(weight("нейросеть")).isCloseTo(1 - Math.exp(-1), within(0.01));
        assertThat(weight("космос")).isCloseTo(1 - Math.exp(-0.75), within(0.01));
        assertThat(weight("физика")).isCloseTo(1 - Math.exp(-0.75), within(0.01));
        assertThat(interests.list(user).get(0).queryCount()).isEqualTo(2);
    }

    @Test
    void interests_decay_and_are_forgotten() {
        asked(user, "космос");
        interests.run();
        double fresh = weight("космос");
        clock.advance(Duration.ofDays(14));
        interests.run();
        assertThat(weight("космос"))
                .isCloseTo(1 - Math.exp(-0.25), within(0.01))
                .isLessThan(fresh);
        clock.advance(Duration.ofDays(80));
        interests.run();
        assertThat(interests.list(user)).isEmpty();
    }

    @Test
    void what_a_user_sets_stays_and_what_a_user_erases_does_not_come_back() {
        asked(user, "космос", "реклама");
        interests.run();
        interests.set(user, "Реклама", 0.1);
        assertThat(interests.erase(user, "космос")).isTrue();
        assertThat(interests.erase(user, "балет")).isFalse();
        clock.advance(Duration.ofMinutes(15));
        interests.run();
        assertThat(interests.list(user)).singleElement().satisfies(one -> {
            assertThat(one.topic()).isEqualTo("Реклама");
            assertThat(one.weight()).isEqualTo(0.1);
            assertThat(one.isOwn()).isTrue();
        });
        // asked again later: it counts
        asked(user, "космос");
        interests.run();
        assertThat(weight("космос")).isCloseTo(1 - Math.exp(-0.5), within(0.01));

        interests.eraseAll(user);
        clock.advance(Duration.ofMinutes(15));
        interests.run();
        assertThat(interests.list(user)).isEmpty();
    }

    @Test
    void a_run_that_is_repeated_changes_nothing_and_users_do_not_mix() {
        long other = archive.user(tenant);
        asked(user, "космос");
        asked(other, "балет");
        interests.run();
        List<Interest> first = interests.list(user);
        interests.run();
        assertThat(interests.list(user)).usingRecursiveComparison().isEqualTo(first);
        assertThat(interests.list(other)).extracting(Interest::topic).containsExactly("балет");
    }

    private List<String> inTheGraph() {
        return archive.jdbc
                .sql(
                        "SELECT to_key || ' ' || weight FROM graph_edges WHERE tenant_id = ? AND from_key = ? AND type = 'INTERESTED_IN'")
                .params(tenant, String.valueOf(user))
                .query(String.class)
                .list();
    }

    @Test
    void the_graph_has_the_interests_of_the_table_until_they_are_erased() {
        interests.set(user, "Телескопы", 0.5);
        interests.run();
        assertThat(inTheGraph()).containsExactly("телескоп 0.5");

        interests.set(user, "телескоп", 0.75);
        interests.set(user, "чай", 0.25);
        interests.run();
        assertThat(inTheGraph()).containsExactlyInAnyOrder("телескоп 0.75", "чай 0.25");

        interests.erase(user, "чай");
        interests.run();
        assertThat(inTheGraph()).containsExactly("телескоп 0.75");

        interests.eraseAll(user);
        interests.run();
        assertThat(inTheGraph()).isEmpty();
    }
}
