package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import routes.llm.standin.ChatCall;
import routes.llm.standin.Fault;
import routes.llm.standin.OpenRouterService;

/** Several posts in one call of a model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TaggingBatchIT {
    private static final Pattern WORD = Pattern.compile("слово\\d+");
    private static final Pattern POSTS = Pattern.compile("=====[0-9a-f]{16}===== \\d+\\n(.*)");

    private ModelPipeline pipeline;
    private OpenRouterService openRouter;

    @BeforeAll
    void open(@TempDir Path folder) {
        pipeline = new ModelPipeline(
                folder,
                "--tagging.providers=openrouter",
                "--tagging.batch-size=10",
                "--openrouter.max-concurrent-requests=1");
        openRouter = pipeline.models.openRouter();
        openRouter.requireKey(false);
    }

    @AfterAll
    void close() {
        pipeline.close();
    }

    @BeforeEach
    void healthy() {
        openRouter.healthy();
        openRouter.answer(TaggingBatchIT::answer);
        openRouter.forget();
    }

    /** For each post of the call the word with a number that is in it; nothing for one that is called empty. */
    private static String answer(ChatCall call) {
        List<String> answers = new ArrayList<>();
        List<String> posts = POSTS.matcher(call.user())
                .results()
                .map(match -> match.group(1))
                .toList();
        for (String post : posts.isEmpty() ? List.of(call.user()) : posts) {
            Matcher word = WORD.matcher(post);
            boolean empty = !posts.isEmpty() && post.contains("трудный");
            answers.add("{\"post\": " + (answers.size() + 1) + ", \"tags\": ["
                    + (word.find() && !empty ? "\"" + word.group() + "\", \"выдумка\"" : "") + "]}");
        }
        return answers.toString();
    }

    private List<UUID> imported(int first, int last, String kind) throws Exception {
        return pipeline.imported(IntStream.rangeClosed(first, last)
                .mapToObj(i -> "Это %s пост, в нём есть слово%d".formatted(kind, i))
                .toArray(String[]::new));
    }

    private void eachHasItsOwnTag(List<UUID> posts, int first) {
        for (int i = 0; i < posts.size(); i++) {
            assertThat(pipeline.awaitTags(posts.get(i), "openrouter")).containsExactly("слово" + (first + i));
            assertThat(pipeline.status(posts.get(i))).isEqualTo("success");
        }
    }

    @Test
    void a_few_calls_tag_many_posts_each_with_its_own_tags() throws Exception {
        List<UUID> posts = imported(1, 60, "простой");

        eachHasItsOwnTag(posts, 1);
        assertThat(openRouter.calls()).hasSizeLessThanOrEqualTo(15);
    }

    @Test
    void a_post_that_the_answer_has_nothing_for_is_asked_for_alone() throws Exception {
        List<UUID> posts = new ArrayList<>(imported(101, 109, "простой"));
        List<UUID> hard = imported(110, 112, "трудный");

        eachHasItsOwnTag(posts, 101);
        eachHasItsOwnTag(hard, 110);
    }

    @Test
    void a_batch_that_fails_is_a_failed_pass_of_each_post_and_they_come_again_alone() throws Exception {
        openRouter.next(Fault.status(403));
        List<UUID> posts = imported(201, 205, "простой");

        eachHasItsOwnTag(posts, 201);
        assertThat(posts).allSatisfy(post -> assertThat(pipeline.post(post, "tagging_attempts"))
                .isIn("1", "2"));
        assertThat(posts).anySatisfy(post -> assertThat(pipeline.post(post, "tagging_attempts"))
                .isEqualTo("2"));
    }

    @Test
    void timelines_tell_of_each_post_of_a_batch() throws Exception {
        List<UUID> posts = imported(301, 304, "простой");
        eachHasItsOwnTag(posts, 301);

        for (UUID post : posts) {
            await().untilAsserted(() -> assertThat(
                            pipeline.get("/posts/" + post + "/timeline").path("items"))
                    .anySatisfy(record -> {
                        assertThat(record.path("stage").asText()).isEqualTo("tagging");
                        assertThat(record.path("provider").asText()).isEqualTo("openrouter");
                    }));
        }
    }
}
