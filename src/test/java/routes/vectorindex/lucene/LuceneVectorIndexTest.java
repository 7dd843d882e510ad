package routes.vectorindex.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.vectorindex.Points.point;
import static routes.vectorindex.Points.query;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexContract;
import routes.vectorindex.VectorIndexException;

class LuceneVectorIndexTest extends VectorIndexContract {
    @TempDir
    Path folder;

    @Override
    protected VectorIndex open() {
        return LuceneVectorIndex.open(folder);
    }

    @Test
    void an_index_of_another_format_is_emptied_and_loses_its_name() throws IOException {
        index.identify("one");
        index.upsert(point(1, "космос"));
        index.close();
        try (Directory directory = FSDirectory.open(folder);
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            writer.setLiveCommitData(Map.of("identity", "one").entrySet()); // as versions without format did
            writer.commit();
        }

        index = open();

        assertThat(index.count()).isZero();
        assertThat(index.identity()).isEmpty();
        index.identify("two");
        index.upsert(point(1, "космос"));
        index.close();
        index = open();
        assertThat(index.count()).isOne();
        assertThat(index.identity()).contains("two");
    }

    @ParameterizedTest
    @ValueSource(strings = {"truncate", "empty", "garbage", "middle", "foreign", "delete"})
    void a_damaged_index_is_moved_aside_and_a_new_one_takes_its_place(String damage) throws IOException {
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
    void a_folder_in_use_is_one_clear_error() {
        assertThatThrownBy(() -> LuceneVectorIndex.open(folder))
                .isInstanceOf(VectorIndexException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("in use by another process");
    }
}
