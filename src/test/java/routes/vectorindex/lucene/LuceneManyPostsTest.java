package routes.vectorindex.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.vectorindex.Points.CHANNEL;
import static routes.vectorindex.Points.DAY;
import static routes.vectorindex.Points.TENANT;
import static routes.vectorindex.Points.point;
import static routes.vectorindex.Points.post;
import static routes.vectorindex.Points.query;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.SearchHit;

/** 5 000 posts in 51 channels, one of which has three posts only. */
@Timeout(180)
class LuceneManyPostsTest {
    private static final UUID RARE_CHANNEL = new UUID(0, 999);

    @TempDir
    Path folder;

    @Test
    void among_five_thousand_posts_the_nearest_are_found_also_through_a_very_selective_filter() {
        Random random = new Random(7);
        List<String> vocabulary = random.ints(3_000, 4, 10)
                .mapToObj(length -> random.ints(length, 'а', 'я' + 1)
                        .mapToObj(Character::toString)
                        .collect(Collectors.joining()))
                .toList();
        try (LuceneVectorIndex index = LuceneVectorIndex.open(folder)) {
            List<IndexedPoint> batch = new ArrayList<>();
            for (int id = 0; id < 5_000; id++) {
                String text = random.ints(20, 0, vocabulary.size())
                        .mapToObj(vocabulary::get)
                        .collect(Collectors.joining(" "));
                UUID channel = id % 1_700 == 42 ? RARE_CHANNEL : new UUID(0, 100 + id % 50);
                batch.add(point(TENANT, channel, id, DAY.plusSeconds(id), 1, text));
                if (batch.size() == 250) {
                    index.upsertAll(batch);
                    batch.clear();
                }
            }
            index.upsert(point(TENANT, CHANNEL, 7_777, DAY, 1, "Телескоп увидел далёкую галактику"));

            assertThat(index.count()).isEqualTo(5_001);
            Set<UUID> channels = java.util.stream.IntStream.range(0, 50)
                    .mapToObj(i -> new UUID(0, 100 + i))
                    .collect(Collectors.toSet());
            assertThat(index.vectorSearch(query(TENANT, channels, Set.of(), null, null, "телескопы и галактики")))
                    .extracting(SearchHit::postId)
                    .startsWith(post(7_777));
            assertThat(index.vectorSearch(query(TENANT, Set.of(RARE_CHANNEL), Set.of(), null, null, "галактика")))
                    .extracting(SearchHit::postId)
                    .containsExactlyInAnyOrder(post(42), post(1_742), post(3_442));
            assertThat(index.vectorSearch(
                            query(TENANT, channels, Set.of(), DAY.plusSeconds(100), DAY.plusSeconds(101), "галактика")))
                    .extracting(SearchHit::postId)
                    .containsExactly(post(100));
        }
    }
}
