package routes.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StreamCatalogTest {

    private final StreamCatalog catalog = new StreamCatalog();

    @Test
    void names_every_group_of_the_specification_by_its_key() {
        assertThat(catalog.groupsByKey())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("stream:posts:parsed", Set.of("post_persist_workers", "tagging_workers")),
                        Map.entry("stream:albums:parsed", Set.of("album_persist_workers", "album_assemblers")),
                        Map.entry("stream:posts:vision:uploaded", Set.of("vision_workers")),
                        Map.entry("stream:posts:vision:analyzed", Set.of("retagging_workers", "album_assemblers")),
                        Map.entry(
                                "stream:posts:tagged",
                                Set.of("tag_persist_workers", "crawl_trigger_workers", "enrich_workers")),
                        Map.entry("stream:posts:crawl", Set.of("crawl_workers")),
                        Map.entry("stream:posts:enriched", Set.of("indexing_workers")),
                        Map.entry("stream:posts:indexed", Set.of("trend_workers")),
                        Map.entry("stream:album:assembled", Set.of("indexing_workers")),
                        Map.entry("stream:posts:deleted", Set.of("cleanup_workers")),
                        Map.entry("stream:digests:generate", Set.of("digest_workers")),
                        Map.entry("stream:trends:emerging", Set.of())));
    }

    @Test
    void finds_a_stream_by_name_key_and_event() {
        EventStream stream = catalog.stream("posts.vision.uploaded");

        assertThat(stream.legacyKey()).isEqualTo("posts.vision.uploaded");
        assertThat(stream.publishers()).containsExactly("ingest");
        assertThat(catalog.stream("stream:posts:vision:uploaded")).isSameAs(stream);
        assertThat(catalog.stream(VisionUploaded.class)).isSameAs(stream);
    }

    @Test
    void serves_as_name_resolver_of_the_component() {
        UnaryOperator<String> names = catalog::key;

        assertThat(names.apply("album.assembled")).isEqualTo("stream:album:assembled");
    }

    @Test
    void refuses_an_unknown_name_and_lists_the_known_ones() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalog.key("posts.parsd"))
                .withMessageStartingWith(
                        "Unknown stream 'posts.parsd', known streams are: album.assembled, albums.parsed")
                .withMessageContaining("trends.emerging");
    }

    @Test
    void carries_every_kind_of_event_once() {
        assertThat(catalog.streams().stream().<Class<?>>map(EventStream::type))
                .containsExactlyInAnyOrderElementsOf(kinds(Event.class).toList());
    }

    private static Stream<Class<?>> kinds(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(StreamCatalogTest::kinds)
                : Stream.of(type);
    }
}
