package routes.vectorindex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static routes.vectorindex.Points.CHANNEL;
import static routes.vectorindex.Points.DAY;
import static routes.vectorindex.Points.EMBEDDINGS;
import static routes.vectorindex.Points.TENANT;
import static routes.vectorindex.Points.point;
import static routes.vectorindex.Points.post;
import static routes.vectorindex.Points.query;
import static routes.vectorindex.Points.retagged;
import static routes.vectorindex.Points.revision;

import java.time.Duration;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.vectorindex.VectorIndex.Facets;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.IndexedPost;
import routes.vectorindex.VectorIndex.PayloadUpdate;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.VectorIndex.StoredPoint;
import routes.vectorindex.VectorIndex.TextMatches;
import routes.vectorindex.VectorIndex.WriteResult;

/** What every engine of the vector index does. */
public abstract class VectorIndexContract {
    protected VectorIndex index;

    /** The index of this test, which is empty at its start; again after {@link VectorIndex#close}. */
    protected abstract VectorIndex open();

    @BeforeEach
    protected void openIndex() {
        index = open();
        assertThat(index.expect("test", EMBEDDINGS.dimension())).isEmpty();
    }

    @AfterEach
    void closeIndex() {
        index.close();
    }

    @Test
    void a_point_is_found_by_text_and_vector_as_soon_as_upsert_returns() {
        IndexedPoint point = point(1, "Вышел PostgreSQL 17 с поддержкой инкрементальных копий", "PostgreSQL 17");

        assertThat(index.upsert(point)).isEqualTo(WriteResult.WRITTEN);

        SearchHit byText = index.textSearch(query("postgresql")).get(0);
        assertThat(byText).isEqualTo(new SearchHit(post(1), byText.score(), DAY, 1, null));
        assertThat(byText.score()).isPositive();
        assertThat(index.read(TENANT, List.of(post(1), post(2))))
                .containsOnly(Map.entry(post(1), new IndexedPost(point.payload(), point.text())));
        SearchHit byVector = index.vectorSearch(query(point.text())).get(0);
        assertThat(byVector.postId()).isEqualTo(post(1));
        assertThat(byVector.score()).isCloseTo(1, within(1e-3));
        assertThat(index.count()).isOne();
    }

    @ParameterizedTest
    @CsvSource({
        "нейросетями, Новая нейросеть рисует котов",
        "нейросеть, Как мы работали с нейросетями",
        "indexes, Indexing a million rows",
        "ЁЛКА, Купили елку",
        "C++, Стандарт C++ обновлён",
        "node.js, Обновите Node.js сегодня",
        "GPT-4, Сравнили GPT-4 и другие",
        "example.com, Смотри https://www.example.com/a?b=c",
        "🚀, Запуск 🚀 состоялся"
    })
    void word_forms_and_names_are_found_by_text(String words, String text) {
        index.upsert(point(1, text));
        index.upsert(point(2, "Совсем другой пост о погоде"));

        assertThat(index.textSearch(query(words))).extracting(SearchHit::postId).containsExactly(post(1));
    }

    @Test
    void a_tag_weighs_more_than_a_word_of_the_text() {
        index.upsert(point(1, "Сегодня говорим про базы, а Redis упомянем мельком в конце", "базы"));
        index.upsert(point(2, "Сегодня говорим про базы, а Redis упомянем мельком в конце", "Redis"));

        assertThat(index.textSearch(query("redis")))
                .extracting(SearchHit::postId)
                .containsExactly(post(2), post(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "!!! ???", "( [ { \" \\ * ~ ^ :"})
    void a_query_without_words_finds_nothing(String words) {
        index.upsert(point(1, "Пост о погоде, и на не"));

        assertThat(index.textSearch(query(words))).isEmpty();
        assertThat(index.vectorSearch(query(words))).isEmpty();
    }

    @Test
    void stop_words_are_looked_for_if_there_is_nothing_else() {
        index.upsert(point(1, "Быть или не быть"));
        index.upsert(point(2, "Не спать"));

        assertThat(found(query("не или быть"))).containsExactly(post(1));
        assertThat(found(query("не спать"))).containsExactly(post(2));
    }

    @Test
    void a_word_of_other_channels_is_neither_known_nor_guessed() {
        UUID otherChannel = new UUID(0, 200);
        index.upsert(point(TENANT, otherChannel, 1, DAY, 1, "Секретный проект Лабрадорит"));
        index.upsert(point(new UUID(0, 2), CHANNEL, 2, DAY, 1, "Тайный проект Орнитолог"));
        index.upsert(point(3, "Проект парка"));

        for (String typed :
                List.of("лабрадорид", "labradorit", "kf,hfljhbn", "орнитолок", "ornitolog", "лабрадоритпроект")) {
            assertThat(index.match(query(typed)).replaced().values())
                    .as(typed)
                    .noneMatch(word -> word.contains("лабрадорит") || word.contains("орнитолог"));
        }
        assertThat(index.match(query(TENANT, Set.of(otherChannel), Set.of(), null, null, "лабрадорид"))
                        .replaced())
                .containsExactly(Map.entry("лабрадорид", "лабрадорит"));
    }

    @ParameterizedTest
    @CsvSource({
        "ghbdbdrf, прививка",
        "'ghbdbdrf,', прививка",
        "privivka, прививка",
        "прывивка, прививка",
        "кубернетес, kubernetes",
        "рзнпщт, ''",
        "прививка, ''",
        "прививками, ''",
        "2025, ''"
    })
    void what_no_post_contains_is_replaced_and_the_replacement_is_told(String typed, String meant) {
        index.upsert(point(1, "Прививка от гриппа в 2026 году"));
        index.upsert(point(2, "Kubernetes обновился"));

        assertThat(index.match(query(typed)).replaced()).isEqualTo(meant.isEmpty() ? Map.of() : Map.of(typed, meant));
    }

    @Test
    void a_long_query_is_answered_also_if_most_of_its_words_are_unknown() {
        List<String> words = IntStream.range(0, 100)
                .mapToObj(i -> "слово" + (char) ('а' + i % 30) + (char) ('а' + i / 30))
                .toList();
        index.upsert(point(1, String.join(" ", words), words.toArray(String[]::new)));
        String unknown = String.join(" ", words).replace("слово", "слобо");

        assertThat(found(query(String.join(" ", words).substring(0, 500)))).containsExactly(post(1));
        assertThat(found(query(unknown.substring(0, 500)))).containsExactly(post(1));
        assertThat(found(query("нейросетевизация".repeat(31)))).isEmpty();
    }

    @Test
    void words_as_typed_are_not_replaced() {
        index.upsert(point(1, "Прививка от гриппа"));
        SearchQuery typed = new SearchQuery(
                TENANT, Set.of(CHANNEL), Set.of(), Set.of(), null, null, "ghbdbdrf", null, null, true, null, 10);

        assertThat(index.match(typed)).isEqualTo(new TextMatches(List.of(), Map.of()));
    }

    @Test
    void a_phrase_means_these_words_in_this_order_in_any_form() {
        index.upsertAll(List.of(
                point(1, "Курс машинного обучения"),
                point(2, "Обучение машинного доения"),
                point(3, "Машинное доение, обучение коров"),
                point(4, "Книга: машинное-обучение")));

        assertThat(found(limited("обучение", List.of("машинное обучение"), List.of())))
                .containsExactlyInAnyOrder(post(1), post(4));
        assertThat(found(limited("обучение", List.of(), List.of("машинное обучение", "корова"))))
                .containsExactly(post(2));
        assertThat(found(limited("обучение", List.of("!!!"), List.of("?")))).hasSize(4);
        assertThat(index.newest(limited(null, List.of("машинное обучение"), List.of("курсы"))))
                .extracting(SearchHit::postId)
                .containsExactly(post(4));
    }

    private static SearchQuery limited(String text, List<String> phrases, List<String> without) {
        return new SearchQuery(
                TENANT, Set.of(CHANNEL), Set.of(), Set.of(), null, null, text, phrases, without, false, null, 10);
    }

    private List<UUID> found(SearchQuery query) {
        return index.textSearch(query).stream().map(SearchHit::postId).toList();
    }

    @Test
    void facets_count_every_match_by_channel_tag_and_month() {
        UUID otherChannel = new UUID(0, 200);
        index.upsertAll(List.of(
                point(TENANT, CHANNEL, 1, DAY, 1, "космос", "Нейросети", "наука"),
                point(TENANT, CHANNEL, 2, DAY, 1, "космос", "нейросеть"),
                point(TENANT, otherChannel, 3, DAY.plus(Duration.ofDays(40)), 1, "космос", "нейросеть"),
                point(TENANT, CHANNEL, 4, DAY, 1, "море", "наука"),
                point(new UUID(0, 2), CHANNEL, 5, DAY, 1, "космос", "чужое")));
        index.delete(TENANT, List.of(post(2)));
        index.upsert(point(TENANT, CHANNEL, 6, DAY, 1, "космос", "нейросеть"));
        index.upsert(point(TENANT, CHANNEL, 7, DAY.plus(Duration.ofDays(1)), 1, "небо", "нейросеть"));

        Facets facets = index.facets(query(TENANT, Set.of(CHANNEL, otherChannel), Set.of(), null, null, "космос"), 1);

        assertThat(facets.channels()).containsOnly(Map.entry(CHANNEL, 2), Map.entry(otherChannel, 1));
        assertThat(facets.tags()).containsExactly(Map.entry("нейросеть", 3));
        assertThat(facets.months())
                .containsExactly(Map.entry(YearMonth.of(2025, 5), 2), Map.entry(YearMonth.of(2025, 6), 1));
        assertThat(index.facets(limited(null, List.of(), List.of()), 9).tags())
                .containsExactly(Map.entry("нейросеть", 3), Map.entry("наука", 2));
    }

    @Test
    void similar_posts_share_the_characteristic_words() {
        index.upsertAll(List.of(
                point(1, "Телескоп снял далёкую галактику в созвездии Девы"),
                point(2, "Галактика в созвездии Девы удивила астрономов, телескоп работает"),
                point(3, "Рецепт борща в новой кастрюле"),
                point(TENANT, new UUID(0, 200), 4, DAY, 1, "Телескоп снял галактику в созвездии Девы")));

        assertThat(index.similar(query("ignored"), post(1)))
                .extracting(SearchHit::postId)
                .containsExactly(post(2));
        assertThat(index.similar(query("ignored"), post(3))).isEmpty();
        assertThat(index.similar(query("ignored"), post(99))).isEmpty();
    }

    @Test
    void a_post_without_vector_is_found_by_text() {
        index.upsert(point(1, "🚀"));

        assertThat(index.textSearch(query("🚀"))).hasSize(1);
    }

    @Test
    void an_older_revision_never_replaces_a_newer_one() {
        assertThat(index.upsert(revision(1, 5, "новый текст про космос"))).isEqualTo(WriteResult.WRITTEN);
        assertThat(index.upsert(revision(1, 4, "старый текст про море"))).isEqualTo(WriteResult.STALE);
        assertThat(update(revision(1, 4, "новый текст про космос").payload(), 4, "any"))
                .isEqualTo(WriteResult.STALE);

        assertThat(index.textSearch(query("космос"))).hasSize(1);
        assertThat(index.textSearch(query("море"))).isEmpty();
        assertThat(index.find(TENANT, post(1))).map(StoredPoint::indexRevision).contains(5L);
    }

    @Test
    void the_same_post_twice_in_a_batch_ends_with_the_newer_revision() {
        assertThat(index.upsertAll(List.of(
                        revision(1, 2, "второй космос"), revision(1, 1, "первое море"), revision(1, 3, "третье небо"))))
                .containsExactly(WriteResult.WRITTEN, WriteResult.STALE, WriteResult.WRITTEN);

        assertThat(index.count()).isOne();
        assertThat(index.textSearch(query("небо"))).hasSize(1);
    }

    @Test
    void a_replay_of_the_same_revision_leaves_one_post() {
        index.upsert(revision(1, 5, "космос"));

        assertThat(index.upsert(revision(1, 5, "космос"))).isEqualTo(WriteResult.WRITTEN);
        assertThat(index.count()).isOne();
    }

    @Test
    void new_payload_keeps_text_and_vector() {
        IndexedPoint point = point(1, "Вышел релиз ядра с поддержкой нового планировщика", "релиз");
        index.upsert(point);

        PostPayload retagged = retagged(point, "планировщик");
        assertThat(update(retagged, 2, point.textHash())).isEqualTo(WriteResult.WRITTEN);

        assertThat(index.find(TENANT, post(1))).contains(new StoredPoint(2, point.textHash()));
        SearchHit hit = index.vectorSearch(query(point.text())).get(0);
        assertThat(hit.score()).isCloseTo(1, within(1e-3));
        assertThat(hit.albumId()).isEqualTo(retagged.albumId());
        assertThat(payload(1)).isEqualTo(retagged);
        assertThat(index.textSearch(query("ядра"))).hasSize(1);
        assertThat(index.textSearch(query(TENANT, Set.of(CHANNEL), Set.of("Планировщик"), null, null, "ядра")))
                .hasSize(1);
        assertThat(index.textSearch(query(TENANT, Set.of(CHANNEL), Set.of("релиз"), null, null, "ядра")))
                .isEmpty();
    }

    private PostPayload payload(int id) {
        return index.read(TENANT, List.of(post(id))).get(post(id)).payload();
    }

    @Test
    void payload_of_another_text_or_of_a_missing_post_is_not_written() {
        IndexedPoint point = point(1, "космос");
        assertThat(update(point.payload(), 1, point.textHash())).isEqualTo(WriteResult.TEXT_DIFFERS);

        index.upsert(point);
        assertThat(update(point.payload(), 2, "other")).isEqualTo(WriteResult.TEXT_DIFFERS);
        assertThat(index.find(TENANT, post(1))).map(StoredPoint::indexRevision).contains(1L);
    }

    @Test
    void payload_of_a_post_without_vector_is_updated() {
        IndexedPoint point = point(1, "🚀");
        index.upsert(point);

        assertThat(update(retagged(point, "ракета"), 2, point.textHash())).isEqualTo(WriteResult.WRITTEN);
        assertThat(index.textSearch(query("🚀"))).hasSize(1);
    }

    @Test
    void a_batch_of_payloads_has_a_result_for_each() {
        IndexedPoint first = revision(1, 5, "космос");
        IndexedPoint second = revision(2, 5, "море");
        index.upsertAll(List.of(first, second));

        assertThat(index.updatePayloads(List.of(
                        new PayloadUpdate(retagged(first, "старый"), 4, first.textHash()),
                        new PayloadUpdate(retagged(second, "седьмой"), 7, second.textHash()),
                        new PayloadUpdate(retagged(first, "другой"), 6, "other"),
                        new PayloadUpdate(retagged(second, "шестой"), 6, second.textHash()),
                        new PayloadUpdate(retagged(second, "восьмой"), 8, second.textHash()),
                        new PayloadUpdate(point(3, "небо").payload(), 9, "missing"))))
                .containsExactly(
                        WriteResult.STALE,
                        WriteResult.WRITTEN,
                        WriteResult.TEXT_DIFFERS,
                        WriteResult.STALE,
                        WriteResult.WRITTEN,
                        WriteResult.TEXT_DIFFERS);

        assertThat(index.find(TENANT, List.of(post(1), post(2), post(3))))
                .containsOnly(
                        Map.entry(post(1), new StoredPoint(5, first.textHash())),
                        Map.entry(post(2), new StoredPoint(8, second.textHash())));
        assertThat(payload(2).tags()).containsExactly("восьмой");
        assertThat(index.updatePayloads(List.of())).isEmpty();
    }

    @Test
    void deleted_posts_are_gone() {
        index.upsertAll(List.of(point(1, "космос"), point(2, "космос"), point(3, "космос")));

        index.delete(TENANT, List.of(post(1), post(2), post(99)));

        assertThat(index.textSearch(query("космос")))
                .extracting(SearchHit::postId)
                .containsExactly(post(3));
        assertThat(index.vectorSearch(query("космос")))
                .extracting(SearchHit::postId)
                .containsExactly(post(3));
        assertThat(index.find(TENANT, post(1))).isEmpty();
    }

    @Test
    void nothing_of_another_tenant_is_found_changed_or_deleted() {
        UUID other = new UUID(0, 2);
        IndexedPoint theirs = point(other, CHANNEL, 1, DAY, 9, "космос", "космос");
        index.upsert(theirs);

        assertThat(index.textSearch(query("космос"))).isEmpty();
        assertThat(index.vectorSearch(query("космос"))).isEmpty();
        assertThat(index.fetch(query("космос"), List.of(post(1)))).isEmpty();
        assertThat(index.read(TENANT, List.of(post(1)))).isEmpty();
        assertThat(index.find(TENANT, post(1))).isEmpty();
        index.delete(TENANT, List.of(post(1)));
        index.upsert(point(1, "космос"));
        index.updatePayloads(List.of(new PayloadUpdate(point(1, "космос").payload(), 99, theirs.textHash())));
        assertThat(index.find(other, post(1))).contains(new StoredPoint(9, theirs.textHash()));
        assertThat(index.read(other, List.of(post(1))).get(post(1)).text()).isEqualTo("космос");
    }

    @Test
    void only_the_given_channels_tags_and_times_are_searched() {
        UUID otherChannel = new UUID(0, 200);
        index.upsertAll(List.of(
                point(TENANT, CHANNEL, 1, DAY, 1, "космос", "Ёлки"),
                point(TENANT, otherChannel, 2, DAY, 1, "космос", "Ёлки"),
                point(TENANT, CHANNEL, 3, DAY, 1, "космос", "палки"),
                point(TENANT, CHANNEL, 4, DAY.plus(Duration.ofDays(2)), 1, "космос", "Ёлки")));

        assertFound(query(TENANT, Set.of(), Set.of(), null, null, "космос"));
        assertFound(query(TENANT, Set.of(otherChannel), Set.of(), null, null, "космос"), 2);
        assertFound(query(TENANT, Set.of(CHANNEL, otherChannel), Set.of(), null, null, "космос"), 1, 2, 3, 4);
        assertFound(query(TENANT, Set.of(CHANNEL), Set.of("ЕЛКИ"), null, null, "космос"), 1, 4);
        assertFound(query(TENANT, Set.of(CHANNEL), Set.of(), DAY, DAY.plusMillis(1), "космос"), 1, 3);
        assertFound(query(TENANT, Set.of(CHANNEL), Set.of(), null, DAY, "космос"));
        assertFound(query(TENANT, Set.of(CHANNEL), Set.of(), DAY.plusMillis(1), null, "космос"), 4);
    }

    private void assertFound(SearchQuery query, Integer... ids) {
        List<UUID> expected = java.util.Arrays.stream(ids).map(Points::post).toList();
        assertThat(index.textSearch(query)).extracting(SearchHit::postId).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(index.vectorSearch(query))
                .extracting(SearchHit::postId)
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(index.fetch(query, List.of(post(1), post(2), post(3), post(4))))
                .extracting(SearchHit::postId)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void what_was_written_is_there_after_a_restart() {
        index.upsert(point(1, "космос"));
        index.close();

        index = open();

        assertThat(index.textSearch(query("космос"))).hasSize(1);
        assertThat(index.find(TENANT, post(1))).isPresent();
    }

    @Test
    void its_name_outlives_restarts_and_clearing() {
        assertThat(index.identity()).isEmpty();
        index.identify("one");
        index.upsert(point(1, "космос"));
        assertThat(index.identity()).contains("one");
        assertThat(index.count()).isOne();
        index.clear();
        index.close();

        index = open();

        assertThat(index.identity()).contains("one");
        assertThat(index.count()).isZero();
    }

    @Test
    void an_empty_index_takes_any_vectors_and_a_filled_one_only_those_of_its_model() {
        assertThat(index.expect("tiny", 3)).isEmpty();
        assertThat(index.expect("test", 512)).isEmpty();
        IndexedPoint point = point(1, "космос");
        index.upsert(point);

        assertThat(index.expect("test", 512)).isEmpty();
        assertThat(index.expect("test", 1024).orElseThrow()).contains("512", "1024", "--reindex");
        assertThat(index.expect("other", 512).orElseThrow()).contains("test", "other", "--reindex");
        assertThat(index.vectorSearch(query(point.text())))
                .as("vectors of two models cannot be compared")
                .isEmpty();
        assertThat(index.textSearch(query("космос"))).hasSize(1);

        index.close();
        index = open();
        assertThat(index.expect("other", 512)).isPresent();
        assertThat(index.expect("test", 512)).isEmpty();
        assertThat(index.vectorSearch(query(point.text()))).hasSize(1);
    }

    @Test
    void an_emptied_index_takes_another_dimension() {
        index.upsert(point(1, "космос"));

        index.clear();

        assertThat(index.count()).isZero();
        assertThat(index.expect("big", 2560)).isEmpty();
        IndexedPoint point = point(1, "космос");
        float[] big = new float[2560];
        big[7] = 3;
        index.upsert(new IndexedPoint(point.payload(), big, point.text(), 1, "x"));
        assertThat(index.expect("big", 2560)).isEmpty();
        SearchQuery query = new SearchQuery(TENANT, Set.of(CHANNEL), Set.of(), Set.of(), null, null, null, big, 1);
        assertThat(index.vectorSearch(query).get(0).score()).isCloseTo(1, within(1e-3));
    }

    @Test
    void a_vector_of_the_wrong_dimension_is_refused_and_the_rest_of_the_batch_is_written() {
        index.upsert(point(1, "космос"));
        IndexedPoint good = point(2, "космос");
        IndexedPoint bad = new IndexedPoint(point(3, "космос").payload(), new float[] {1, 0}, "космос", 1, "x");

        assertThatThrownBy(() -> index.upsertAll(List.of(good, bad))).isInstanceOf(IllegalArgumentException.class);

        assertThat(index.textSearch(query("космос")))
                .extracting(SearchHit::postId)
                .containsExactlyInAnyOrder(post(1), post(2));
    }

    @Test
    void use_after_close_is_a_clear_error() {
        index.close();

        assertThatThrownBy(() -> index.upsert(point(1, "космос"))).isInstanceOf(VectorIndexException.class);
        assertThatThrownBy(() -> index.textSearch(query("космос"))).isInstanceOf(VectorIndexException.class);
    }

    private WriteResult update(PostPayload payload, long revision, String textHash) {
        return index.updatePayloads(List.of(new PayloadUpdate(payload, revision, textHash)))
                .get(0);
    }
}
