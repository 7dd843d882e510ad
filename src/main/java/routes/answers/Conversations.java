package routes.answers;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Json;
import routes.events.StorableText;
import routes.posts.PostLock;
import routes.posts.PostTraces;

/** The questions of users, in the table {@code rag_queries}: for follow-up questions and for interests. */
@Component
record Conversations(JdbcClient jdbc, TransactionTemplate transaction, AnswerProperties properties, Clock clock)
        implements PostTraces {
    /** Number of earlier questions of a thread that a follow-up question can refer to. */
    private static final int TURNS = 5;

    /** Maximum number of stored questions per user. */
    private static final int MAX_QUESTIONS = 2_000;

    private static final int MAX_QUERY = 500;
    private static final ObjectMapper JSON = Json.newMapper();

    /**
     * Returns the last questions of the user's thread in complete form, oldest first.
     *
     * @return empty if the user has no such thread, or if it has expired
     */
    List<String> questions(long userId, UUID threadId) {
        return jdbc.sql(
                        """
                        SELECT question FROM (
                            SELECT coalesce(understood_as, query) AS question, created_at, id FROM rag_queries
                            WHERE thread_id = :thread AND user_id = :user AND created_at > CAST(:since AS timestamptz)
                            ORDER BY created_at DESC, id DESC LIMIT :turns) last
                        ORDER BY created_at, id
                        """)
                .param("thread", threadId)
                .param("user", userId)
                .param("since", since(properties.threadLifetime()))
                .param("turns", TURNS)
                .query(String.class)
                .list();
    }

    private String since(java.time.Duration before) {
        return clock.instant().minus(before).toString();
    }

    private record StoredSource(UUID postId, long number, UUID channelId, double score) {}

    /**
     * Stores a question with its answer, unless a cited post was deleted in the meantime, and deletes expired questions of the
     * user.
     */
    void store(Question question, Answer answer, List<String> topics, long millis) {
        List<UUID> posts =
                answer.sources().stream().map(Answer.Source::postId).distinct().toList();
        transaction.executeWithoutResult(status -> {
            Set<UUID> deleted = PostLock.takeAndFindDeleted(jdbc, posts);
            List<StoredSource> sources = answer.sources().stream()
                    .filter(source -> !deleted.contains(source.postId()))
                    .map(source ->
                            new StoredSource(source.postId(), source.number(), source.channelId(), source.score()))
                    .toList();
            jdbc.sql(
                            """
                            INSERT INTO rag_queries (user_id, thread_id, query, understood_as, intent, outcome, answer, sources, topics,
                                                     confidence, duration_ms, created_at)
                            VALUES (:user, :thread, :query, :understood, :intent, :outcome, :answer, CAST(:sources AS jsonb),
                                    CAST(:topics AS jsonb), :confidence, :millis, CAST(:now AS timestamptz))
                            """)
                    .param("user", question.userId())
                    .param("thread", answer.threadId())
                    .param("query", question.text())
                    .param("understood", StorableText.cut(answer.understoodAs(), MAX_QUERY))
                    .param("intent", answer.intent())
                    .param("outcome", answer.outcome())
                    .param("answer", deleted.isEmpty() ? answer.text() : null)
                    .param("sources", JSON.valueToTree(sources).toString())
                    .param(
                            "topics",
                            JSON.valueToTree(deleted.isEmpty() ? topics : List.of())
                                    .toString())
                    .param("confidence", answer.confidence())
                    .param("millis", (int) Math.min(Integer.MAX_VALUE, millis))
                    .param("now", clock.instant().toString())
                    .update();
            jdbc.sql(
                            """
                            DELETE FROM rag_queries WHERE user_id = :user AND (created_at < CAST(:oldest AS timestamptz) OR id <= (
                                SELECT id FROM rag_queries WHERE user_id = :user ORDER BY created_at DESC, id DESC
                                OFFSET :most LIMIT 1))
                            """)
                    .param("user", question.userId())
                    .param("oldest", since(properties.keepFor()))
                    .param("most", MAX_QUESTIONS)
                    .update();
        });
    }

    /** Returns the numbers of the posts cited in recent answers to the user. */
    List<Long> cited(long userId) {
        return jdbc.sql(
                        """
                        SELECT DISTINCT (source ->> 'number')::bigint FROM (
                            SELECT sources FROM rag_queries WHERE user_id = :user ORDER BY created_at DESC LIMIT 200) last,
                            jsonb_array_elements(sources) AS source
                        """)
                .param("user", userId)
                .query(Long.class)
                .list();
    }

    /**
     * Removes answers that cite the posts, and topics that occur neither in the question nor in another post of the answer. Keeps
     * the questions.
     */
    @Override
    public void erase(UUID tenantId, Collection<UUID> postIds) {
        jdbc.sql(
                        """
                        WITH told AS (
                            SELECT DISTINCT r.id FROM unnest(CAST(:posts AS text[])) AS post
                            JOIN rag_queries r ON r.sources @> jsonb_build_array(jsonb_build_object('post_id', post)))
                        UPDATE rag_queries q SET answer = NULL,
                            sources = coalesce((
                                SELECT jsonb_agg(one.source ORDER BY one.n)
                                FROM jsonb_array_elements(q.sources) WITH ORDINALITY AS one (source, n)
                                WHERE one.source ->> 'post_id' <> ALL (:posts)), '[]'),
                            topics = coalesce((
                                SELECT jsonb_agg(one.topic ORDER BY one.n)
                                FROM jsonb_array_elements_text(q.topics) WITH ORDINALITY AS one (topic, n)
                                WHERE position(one.topic IN lower(q.query)) > 0 OR EXISTS (
                                    SELECT FROM jsonb_array_elements(q.sources) AS source
                                    JOIN post_enrichment e ON e.post_id = CAST(source ->> 'post_id' AS uuid) AND e.kind = 'tags',
                                        jsonb_path_query(e.data, '$.tags[*]') AS tag
                                    WHERE source ->> 'post_id' <> ALL (:posts) AND lower(tag #>> '{}') = one.topic)), '[]')
                        FROM told WHERE q.id = told.id
                        """)
                .param("posts", postIds.stream().map(UUID::toString).toArray(String[]::new))
                .update();
    }
}
