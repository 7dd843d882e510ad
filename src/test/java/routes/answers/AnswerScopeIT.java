package routes.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import routes.answers.AnswerArchive.Models;
import routes.llm.ModelTask;
import routes.testing.EmbeddedDatabase;

/**
 * Nothing from outside the scope of a question is in its answer, in what a model reads or in the events of the stream: for each kind of question,
 * also when it follows another one with a wider scope, with a model that tells everything it gets and without one.
 */
class AnswerScopeIT {
    private static final Instant DAY = Instant.parse("2026-10-30T10:00:00Z");
    private static final String INSIDE = "Токамак удерживает плазму магнитным полем, номер ";
    private static final String OUTSIDE = "Токамак и плазма: СЕКРЕТ, его предложил Невидимов, номер ";
    private static final String HIDDEN = "(?is).*(секрет|невидимов|тайн).*";

    /** One for each intent, and questions that follow another one. */
    private static final List<String> QUESTIONS = List.of(
            "Что такое токамак?",
            "Кто предложил токамак и какой у него секрет?",
            "найди посты про токамак",
            "дайджест за последние 30 дней",
            "какие сейчас тренды?",
            "Посоветуй, что почитать про токамак",
            "А кто его предложил?",
            "А какой у него номер?");

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @TempDir
    Path folder;

    private AnswerArchive archive;
    private UUID tenant;
    private long user;
    private UUID channel;
    private UUID second;

    enum Scope {
        CHANNEL,
        TAG,
        FROM,
        TO,
        SUBSCRIPTION,
        TENANT
    }

    @BeforeEach
    void aReaderOfTwoChannels() throws IOException {
        archive = new AnswerArchive(DATABASE, folder);
        tenant = archive.tenant();
        user = archive.user(tenant);
        channel = archive.channel("Наука", user);
        second = archive.channel("Вторая", user);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    /** Posts within the scope and outside of it. */
    private void posts(Scope scope) {
        for (int i = 0; i < 4; i++) {
            archive.post(tenant, channel, DAY.minusSeconds(i), INSIDE + i + ".", "физика", "плазма");
            String hidden = OUTSIDE + i + ".";
            switch (scope) {
                case CHANNEL -> archive.post(tenant, second, DAY, hidden, "физика", "тайна");
                case TAG -> archive.post(tenant, channel, DAY, hidden, "тайна");
                case FROM -> archive.post(tenant, channel, DAY.minusSeconds(9_000), hidden, "физика", "тайна");
                case TO -> archive.post(tenant, channel, DAY.plusSeconds(9_000), hidden, "физика", "тайна");
                case SUBSCRIPTION ->
                    archive.post(tenant, archive.channel("Невидимый канал тайн"), DAY, hidden, "физика", "тайна");
                case TENANT -> archive.post(archive.tenant(), channel, DAY, hidden, "физика", "тайна");
            }
        }
    }

    private Question question(Scope scope, String text, UUID thread) {
        return new Question(
                tenant,
                user,
                text,
                0,
                scope == Scope.CHANNEL ? Set.of(channel) : Set.of(channel, second),
                scope == Scope.TAG ? "физика" : null,
                scope == Scope.FROM ? DAY.minusSeconds(1_000) : null,
                scope == Scope.TO ? DAY.plusSeconds(1_000) : null,
                thread);
    }

    @ParameterizedTest
    @EnumSource
    void nothing_from_outside_the_scope_of_a_question_is_seen(Scope scope) throws Exception {
        posts(scope);
        List<String> read = new ArrayList<>();
        List<String> told = new ArrayList<>();
        // tells everything that it reads, and confirms everything
        Models telling = Models.saying(
                task -> noted(read, task)
                        .lines()
                        .filter(line -> line.contains("номер"))
                        .map(line -> line + " [1][2][3]")
                        .reduce("", (one, other) -> one + "\n" + other),
                task -> {
                    read.add(task.material());
                    return "1: yes\n2: yes\n3: yes\n4: yes";
                });
        Clock clock = Clock.fixed(AnswerArchive.NOON, ZoneOffset.UTC);
        int answered = 0;
        for (Answers answers : List.of(archive.answers(telling, AnswerArchive.properties(), clock), archive.local())) {
            UUID thread = null;
            for (String text : QUESTIONS) {
                Answer answer = asked(answers, question(scope, text, thread), told);
                thread = answer.threadId();
                told.add(answer.toString());
                answered += answer.outcome().equals("answered") ? 1 : 0;
            }
        }

        assertThat(answered).as("answers from posts within the scope").isGreaterThan(QUESTIONS.size());
        // the questions themselves name what is hidden, and are repeated
        assertThat(withoutQuestions(told)).noneMatch(text -> text.matches(HIDDEN));
        assertThat(withoutQuestions(read)).isNotEmpty().noneMatch(text -> text.matches(HIDDEN));
    }

    private static String noted(List<String> read, ModelTask task) {
        read.add(task.material());
        return task.material();
    }

    private static List<String> withoutQuestions(List<String> texts) {
        return texts.stream()
                .map(text -> text.replace("Кто предложил токамак и какой у него секрет?", ""))
                .toList();
    }

    /** As a stream, whose events are kept. */
    private static Answer asked(Answers answers, Question question, List<String> events) throws Exception {
        var done = new CompletableFuture<Answer>();
        var listener = new Answer.Listener() {
            @Override
            public void sources(List<Answer.Source> sources) {
                events.add(sources.toString());
            }

            @Override
            public void sentence(Answer.Sentence sentence) {
                events.add(sentence.toString());
            }
        };
        answers.start(question, listener, done::complete, done::completeExceptionally);
        return done.get(60, TimeUnit.SECONDS);
    }
}
