package routes.vectorindex.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static routes.vectorindex.lucene.Points.CHANNEL;
import static routes.vectorindex.lucene.Points.DAY;
import static routes.vectorindex.lucene.Points.TENANT;
import static routes.vectorindex.lucene.Points.point;
import static routes.vectorindex.lucene.Points.post;
import static routes.vectorindex.lucene.Points.query;
import static routes.vectorindex.lucene.Points.retagged;
import static routes.vectorindex.lucene.Points.revision;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
import routes.vectorindex.VectorIndexException;

class LuceneVectorIndexTest {
    @TempDir
    Path folder;

    private LuceneVectorIndex index;

    @BeforeEach
    void open() {
        index = LuceneVectorIndex.open(folder);
    }

    @AfterEach
    void close() {
        index.close();
    }

    @Test
    void aPointIsFoundByTextAndVectorAsSoonAsUpsertReturns() {
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
    void wordFormsAndNamesAreFoundByText(String words, String text) {
        index.upsert(point(1, text));
        index.upsert(point(2, "Совсем другой пост о погоде"));

        assertThat(index.textSearch(query(words))).extracting(SearchHit::postId).containsExactly(post(1));
    }

    @Test
    void aTagWeighsMoreThanAWordOfTheText() {
        index.upsert(point(1, "Сегодня говорим про базы, а Redis упомянем мельком в конце", "базы"));
        index.upsert(point(2, "Сегодня говорим про базы, а Redis упомянем мельком в конце", "Redis"));

        assertThat(index.textSearch(query("redis")))
                .extracting(SearchHit::postId)
                .containsExactly(post(2), post(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "!!! ???", "( [ { \" \\ * ~ ^ :"})
    void aQueryWithoutWordsFindsNothing(String words) {
        index.upsert(point(1, "Пост о погоде, и на не"));

        assertThat(index.textSearch(query(words))).isEmpty();
        assertThat(index.vectorSearch(query(words))).isEmpty();
    }

    @Test
    void stopWordsAreLookedForIfThereIsNothingElse() {
        index.upsert(point(1, "Быть или не быть"));
        index.upsert(point(2, "Не спать"));

        assertThat(found(query("не или быть"))).containsExactly(post(1));
        assertThat(found(query("не спать"))).containsExactly(post(2));
    }

    @Test
    void aWordOfOtherChannelsIsNeitherKnownNorGuessed() {
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
    void whatNoPostContainsIsReplacedAndTheReplacementIsTold(String typed, String meant) {
        index.upsert(point(1, "Прививка от гриппа в 2026 году"));
        index.upsert(point(2, "Kubernetes обновился"));

        assertThat(index.match(query(typed)).replaced()).isEqualTo(meant.isEmpty() ? Map.of() : Map.of(typed, meant));
    }

    @Test
    void aLongQueryIsAnsweredAlsoIfMostOfItsWordsAreUnknown() {
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
    void wordsAsTypedAreNotReplaced() {
        index.upsert(point(1, "Прививка от гриппа"));
        SearchQuery typed = new SearchQuery(
                TENANT, Set.of(CHANNEL), Set.of(), Set.of(), null, null, "ghbdbdrf", null, null, true, null, 10);

        assertThat(index.match(typed)).isEqualTo(new TextMatches(List.of(), Map.of()));
    }

    @Test
    void aPhraseMeansTheseWordsInThisOrderInAnyForm() {
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
    void facetsCountEveryMatchByChannelTagAndMonth() {
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
    void similarPostsShareTheCharacteristicWords() {
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
    void anIndexOfAnotherFormatIsEmptiedAndLosesItsName() throws IOException {
        index.identify("one");
        index.upsert(point(1, "космос"));
        index.close();
        try (Directory directory = FSDirectory.open(folder);
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            writer.setLiveCommitData(Map.of("identity", "one").entrySet()); // as versions without format did
            writer.commit();
        }

        index = LuceneVectorIndex.open(folder);

        assertThat(index.count()).isZero();
        assertThat(index.identity()).isEmpty();
        index.identify("two");
        index.upsert(point(1, "космос"));
        index.close();
        index = LuceneVectorIndex.open(folder);
        assertThat(index.count()).isOne();
        assertThat(index.identity()).contains("two");
    }

    @Test
    void aPostWithoutVectorIsFoundByText() {
        index.upsert(point(1, "🚀"));

        assertThat(index.textSearch(query("🚀"))).hasSize(1);
    }

    @Test
    void anOlderRevisionNeverReplacesANewerOne() {
        assertThat(index.upsert(revision(1, 5, "новый текст про космос"))).isEqualTo(WriteResult.WRITTEN);
        assertThat(index.upsert(revision(1, 4, "старый текст про море"))).isEqualTo(WriteResult.STALE);
        assertThat(update(revision(1, 4, "новый текст про космос").payload(), 4, "any"))
                .isEqualTo(WriteResult.STALE);

        assertThat(index.textSearch(query("космос"))).hasSize(1);
        assertThat(index.textSearch(query("море"))).isEmpty();
        assertThat(index.find(TENANT, post(1))).map(StoredPoint::indexRevision).contains(5L);
    }

    @Test
    void theSamePostTwiceInABatchEndsWithTheNewerRevision() {
        assertThat(index.upsertAll(List.of(
                        revision(1, 2, "второй космос"), revision(1, 1, "первое море"), revision(1, 3, "третье небо"))))
                .containsExactly(WriteResult.WRITTEN, WriteResult.STALE, WriteResult.WRITTEN);

        assertThat(index.count()).isOne();
        assertThat(index.textSearch(query("небо"))).hasSize(1);
    }

    @Test
    void aReplayOfTheSameRevisionLeavesOnePost() {
        index.upsert(revision(1, 5, "космос"));

        assertThat(index.upsert(revision(1, 5, "космос"))).isEqualTo(WriteResult.WRITTEN);
        assertThat(index.count()).isOne();
    }

    @Test
    void newPayloadKeepsTextAndVector() {
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
    void payloadOfAnotherTextOrOfAMissingPostIsNotWritten() {
        IndexedPoint point = point(1, "космос");
        assertThat(update(point.payload(), 1, point.textHash())).isEqualTo(WriteResult.TEXT_DIFFERS);

        index.upsert(point);
        assertThat(update(point.payload(), 2, "other")).isEqualTo(WriteResult.TEXT_DIFFERS);
        assertThat(index.find(TENANT, post(1))).map(StoredPoint::indexRevision).contains(1L);
    }

    @Test
    void payloadOfAPostWithoutVectorIsUpdated() {
        IndexedPoint point = point(1, "🚀");
        index.upsert(point);

        assertThat(update(retagged(point, "ракета"), 2, point.textHash())).isEqualTo(WriteResult.WRITTEN);
        assertThat(index.textSearch(query("🚀"))).hasSize(1);
    }

    @Test
    void aBatchOfPayloadsHasAResultForEach() {
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
    void deletedPostsAreGone() {
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
    void nothingOfAnotherTenantIsFoundChangedOrDeleted() {
        UUID other = new UUID(0, 2);
        IndexedPoint theirs = point(other, CHANNEL, 1, DAY, 9, "космос", "космос");
        index.upsert(theirs);

        assertThat(index.textSearch(query("космос"))).isEmpty();
        assertThat(index.vectorSearch(query("космос"))).isEmpty();
        assertThat(index.fetch(query("космос"), List.of(post(1)))).isEmpty();
        assertThat(index.read(TENANT, List.of(post(1)))).isEmpty();
        assertThat(index.find(TENANT, post(1))).isEmpty();
        index.delete(TENANT, List.of(post(1)));
        assertThat(index.upsert(point(1, "космос"))).isEqualTo(WriteResult.WRITTEN);
        assertThat(index.find(other, post(1))).contains(new StoredPoint(9, theirs.textHash()));
    }

    @Test
    void onlyTheGivenChannelsTagsAndTimesAreSearched() {
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
    void whatWasWrittenIsThereAfterARestart() {
        index.upsert(point(1, "космос"));
        index.close();

        index = LuceneVectorIndex.open(folder);

        assertThat(index.textSearch(query("космос"))).hasSize(1);
        assertThat(index.find(TENANT, post(1))).isPresent();
    }

    @Test
    void itsNameOutlivesRestartsAndClearing() {
        assertThat(index.identity()).isEmpty();
        index.identify("one");
        index.upsert(point(1, "космос"));
        assertThat(index.identity()).contains("one");
        assertThat(index.count()).isOne();
        index.clear();
        index.close();

        index = LuceneVectorIndex.open(folder);

        assertThat(index.identity()).contains("one");
        assertThat(index.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"truncate", "empty", "garbage", "middle", "foreign", "delete"})
    void aDamagedIndexIsMovedAsideAndANewOneTakesItsPlace(String damage) throws IOException {
        Path home = folder.resolve("index");
        try (var damaged = LuceneVectorIndex.open(home)) {
            damaged.identify("one");
            damaged.upsertAll(IntStream.range(0, 50)
                    .mapToObj(i -> point(i, "космос " + i))
                    .toList());
        }
        try (Stream<Path> files = Files.list(home)) {
            Path segment = files.filter(file -> file.toString().endsWith(".cfs")
                            || file.toString().endsWith(".fdt")
                            || file.toString().endsWith(".vec"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(segment);
            switch (damage) {
                case "truncate" -> Files.write(segment, Arrays.copyOf(bytes, bytes.length / 2));
                case "empty" -> Files.write(segment, new byte[0]);
                case "garbage" -> Files.write(segment, "no index".getBytes(StandardCharsets.UTF_8));
                case "middle" -> {
                    bytes[bytes.length / 2] ^= 0x55;
                    Files.write(segment, bytes);
                }
                case "foreign" -> {
                    try (Stream<Path> all = Files.list(home)) {
                        for (Path file : all.filter(
                                        one -> one.getFileName().toString().startsWith("segments_"))
                                .toList()) {
                            Files.writeString(file, "no segments");
                        }
                    }
                }
                default -> Files.delete(segment);
            }
        }

        try (var fresh = LuceneVectorIndex.open(home)) {
            assertThat(fresh.count()).isZero();
            assertThat(fresh.identity()).isEmpty();
            fresh.upsert(point(1, "космос"));
            assertThat(fresh.textSearch(query("космос"))).hasSize(1);
        }
        try (Stream<Path> beside = Files.list(folder)) {
            assertThat(beside.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("index.damaged-"));
        }
    }

    @Test
    void aFolderInUseIsOneClearError() {
        assertThatThrownBy(() -> LuceneVectorIndex.open(folder))
                .isInstanceOf(VectorIndexException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("in use by another process");
    }

    @Test
    void anotherDimensionIsOneClearError() {
        index.checkDimension(3);
        index.upsert(point(1, "космос"));
        index.checkDimension(512);

        assertThatThrownBy(() -> index.checkDimension(1024))
                .isInstanceOf(VectorIndexException.class)
                .hasMessageContaining("512")
                .hasMessageContaining("1024")
                .hasMessageContaining("--reindex");
    }

    @Test
    void anEmptiedIndexTakesAnotherDimension() {
        index.upsert(point(1, "космос"));

        index.clear();

        assertThat(index.count()).isZero();
        index.checkDimension(2560);
        IndexedPoint point = point(1, "космос");
        float[] big = new float[2560];
        big[7] = 3;
        index.upsert(new IndexedPoint(point.payload(), big, point.text(), 1, "x"));
        index.checkDimension(2560);
        SearchQuery query = new SearchQuery(TENANT, Set.of(CHANNEL), Set.of(), Set.of(), null, null, null, big, 1);
        assertThat(index.vectorSearch(query).get(0).score()).isCloseTo(1, within(1e-3));
    }

    @Test
    void aVectorOfTheWrongDimensionIsRefusedAndTheRestOfTheBatchIsWritten() {
        index.upsert(point(1, "космос"));
        IndexedPoint good = point(2, "космос");
        IndexedPoint bad = new IndexedPoint(point(3, "космос").payload(), new float[] {1, 0}, "космос", 1, "x");

        assertThatThrownBy(() -> index.upsertAll(List.of(good, bad))).isInstanceOf(IllegalArgumentException.class);

        assertThat(index.textSearch(query("космос")))
                .extracting(SearchHit::postId)
                .containsExactlyInAnyOrder(post(1), post(2));
    }

    @Test
    void useAfterCloseIsAClearError() {
        index.close();

        assertThatThrownBy(() -> index.upsert(point(1, "космос"))).isInstanceOf(VectorIndexException.class);
        assertThatThrownBy(() -> index.textSearch(query("космос"))).isInstanceOf(VectorIndexException.class);
    }

    private WriteResult update(PostPayload payload, long revision, String textHash) {
        return index.updatePayloads(List.of(new PayloadUpdate(payload, revision, textHash)))
                .get(0);
    }
}
