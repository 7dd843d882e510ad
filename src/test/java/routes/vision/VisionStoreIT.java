package routes.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.Json;
import routes.events.Sha256;
import routes.events.StorableText;
import routes.events.VisionUploaded;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;

class VisionStoreIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final String VERSION = "vision@2026-11-29#p1";
    private static final Instant UPLOADED = Instant.parse("2026-11-29T10:00:00Z");

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    private final CountingDatabase database = new CountingDatabase(DATABASE.dataSource());
    private final VisionStore store = new VisionStore(JdbcClient.create(database), Json.newMapper());
    private List<UUID> posts;

    @BeforeEach
    void storedPosts() {
        UUID channel = UUID.randomUUID();
        DATABASE.jdbc()
                .sql("INSERT INTO channels (id) VALUES (?)")
                .param(channel)
                .update();
        posts = IntStream.range(0, 64).mapToObj(i -> UUID.randomUUID()).toList();
        for (int i = 0; i < posts.size(); i++) {
            DATABASE.jdbc()
                    .sql(
                            "INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at) VALUES (?, ?, ?, ?, now())")
                    .params(posts.get(i), TENANT, channel, i)
                    .update();
        }
    }

    @Test
    void each_step_takes_one_statement_for_a_batch_of_any_size() {
        for (List<UUID> batch : List.of(posts.subList(0, 1), posts)) {
            Map<VisionStore.Key, FileVision> results = new HashMap<>();
            batch.forEach(post -> results.put(new VisionStore.Key(TENANT, sha256(post)), found("текст")));

            assertThat(database.count(() -> assertThat(store.posts(
                                    batch.stream().map(this::uploaded).toList()))
                            .containsOnlyKeys(batch)))
                    .isEqualTo(1);
            assertThat(database.count(() -> store.saveResults(results, VERSION)))
                    .isEqualTo(1);
            assertThat(database.count(() ->
                            assertThat(store.results(results.keySet(), VERSION)).isEqualTo(results)))
                    .isEqualTo(1);
            assertThat(database.count(() -> assertThat(store.saveRows(batch.stream()
                                    .map(post -> row(post, "текст", UPLOADED))
                                    .toList()))
                            .containsExactlyInAnyOrderElementsOf(batch)))
                    .isEqualTo(1);
        }
    }

    @Test
    void the_first_result_of_a_picture_stays_and_another_version_has_its_own() {
        VisionStore.Key key = new VisionStore.Key(TENANT, sha256(posts.get(0)));
        store.saveResults(Map.of(key, found("первый")), VERSION);
        store.saveResults(Map.of(key, found("второй")), VERSION);

        assertThat(store.results(Map.of(key, "").keySet(), VERSION).get(key).ocrText())
                .isEqualTo("первый");
        assertThat(store.results(Map.of(key, "").keySet(), "vision@2026-11-29#p2"))
                .isEmpty();
    }

    @Test
    void a_later_announcement_of_files_replaces_an_earlier_one_and_never_the_other_way_round() {
        UUID post = posts.get(0);
        store.saveRows(List.of(row(post, "текст", UPLOADED)));
        store.saveRows(List.of(row(post, null, UPLOADED.minusSeconds(60))));
        assertThat(texts(post)).containsExactly("текст");

        store.saveRows(List.of(row(post, "новый\0 текст", UPLOADED.plusSeconds(60))));
        assertThat(texts(post)).containsExactly("новый текст");

        store.saveRows(List.of(row(post, null, UPLOADED.plusSeconds(120))));
        assertThat(texts(post)).isEmpty();
    }

    /** A NUL character, and texts that contain its escape: removing the escape from JSON would break the JSON. */
    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "a \\u0000 b", "\\\\u0000", "\\u0000", "half \uD83D of a pair"})
    void any_text_in_a_picture_is_stored_as_far_as_the_database_can(String text) {
        UUID post = posts.get(1);
        VisionStore.Key key = new VisionStore.Key(TENANT, Sha256.hex(text));

        store.saveResults(Map.of(key, found(text)), VERSION);

        assertThat(store.results(Map.of(key, "").keySet(), VERSION).get(key).ocrText())
                .isEqualTo(StorableText.of(text));
        DATABASE.jdbc()
                .sql("DELETE FROM post_enrichment WHERE post_id = ?")
                .param(post)
                .update();
        store.saveRows(List.of(row(post, text, UPLOADED)));
        assertThat(texts(post)).containsExactly(StorableText.of(text));
    }

    @Test
    void a_post_without_a_row_is_told_apart_and_keeps_no_other_from_being_stored() {
        UUID unknown = UUID.randomUUID();

        assertThat(store.saveRows(List.of(row(unknown, "a", UPLOADED), row(posts.get(0), "b", UPLOADED))))
                .containsExactly(posts.get(0));
        assertThat(store.posts(List.of(uploaded(unknown)))).isEmpty();
    }

    private static List<String> texts(UUID post) {
        return DATABASE.jdbc()
                .sql("SELECT data ->> 'text' FROM post_enrichment WHERE post_id = ? AND kind = 'ocr'")
                .param(post)
                .query(String.class)
                .list();
    }

    private static String sha256(UUID post) {
        return post.toString().replace("-", "").repeat(2);
    }

    private static FileVision found(String text) {
        return FileVisionBuilder.builder()
                .provider("local")
                .ocr(new FileVision.Ocr(text, "tesseract", 0.9))
                .phash("00000000000000ff")
                .build();
    }

    private static VisionStore.Row row(UUID post, String text, Instant uploaded) {
        FileVision.Ocr ocr = text == null ? null : new FileVision.Ocr(text, "tesseract", 0.9);
        return new VisionStore.Row(
                post, "local", Map.of("at", uploaded.toString()), ocr, "ok", VERSION, "features", uploaded);
    }

    private VisionUploaded uploaded(UUID post) {
        return new VisionUploaded(
                "v1", "trace", UPLOADED, "key", TENANT, post, null, null, null, List.of(), List.of(), false);
    }
}
