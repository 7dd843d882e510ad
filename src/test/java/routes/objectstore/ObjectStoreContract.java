package routes.objectstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store promises. */
abstract class ObjectStoreContract {
    static final String KEY = ObjectKeys.media(new UUID(0, 1), "ab12", "jpg");

    private ObjectStore store;

    abstract ObjectStore store() throws Exception;

    /** The keys in the store, unfinished objects included. */
    abstract List<String> keys() throws Exception;

    @BeforeEach
    void open() throws Exception {
        store = store();
    }

    @Test
    void an_object_is_read_under_its_key() throws Exception {
        put(KEY, "content");

        assertThat(KEY).isEqualTo("media/00000000-0000-0000-0000-000000000001/ab/ab12.jpg");
        assertThat(store.bucket()).isEqualTo("media");
        assertThatNoException().isThrownBy(store::check);
        assertThat(store.exists(KEY)).isTrue();
        assertThat(read(KEY)).isEqualTo("content");
    }

    @Test
    void objects_are_listed_by_the_prefix_of_their_keys_with_their_sizes() throws Exception {
        String article = ObjectKeys.article(new UUID(0, 1), "ab");
        put(KEY, "content");
        put(article, "text");
        List<ObjectStore.Stored> files = new ArrayList<>();
        List<ObjectStore.Stored> none = new ArrayList<>();

        store.each("media/", files::add);
        store.each("nothing/", none::add);

        assertThat(files)
                .anySatisfy(one -> {
                    assertThat(one.key()).isEqualTo(KEY);
                    assertThat(one.sizeBytes()).isEqualTo(7);
                    assertThat(one.storedAt()).isCloseTo(Instant.now(), within(1, ChronoUnit.HOURS));
                })
                .allMatch(one -> one.key().startsWith("media/"));
        assertThat(none).isEmpty();
    }

    @Test
    void putting_again_replaces_and_deleting_twice_does_nothing() throws Exception {
        put(KEY, "one");
        put(KEY, "two");
        assertThat(read(KEY)).isEqualTo("two");

        store.delete(KEY);
        store.delete(KEY);
        assertThat(store.exists(KEY)).isFalse();
        assertThat(store.get(KEY)).isEmpty();
    }

    @Test
    void what_breaks_off_leaves_the_old_object_and_nothing_else() throws Exception {
        put(KEY, "whole");
        InputStream breaking = new InputStream() {
            private int given;

            @Override
            public int read() throws IOException {
                if (given++ >= 3) {
                    throw new IOException("the disk is gone");
                }
                return 'x';
            }
        };

        assertThatThrownBy(() -> store.put(KEY, "image/jpeg", 100, breaking)).hasMessage("the disk is gone");
        assertThatThrownBy(() -> store.put(KEY, "image/jpeg", 100, new ByteArrayInputStream(new byte[10])))
                .hasMessageContaining("the content has 10 bytes instead of the specified 100");
        assertThatThrownBy(() -> store.put(KEY, "image/jpeg", 5, new ByteArrayInputStream(new byte[10])))
                .hasMessageContaining("longer than the specified 5 bytes");

        assertThat(read(KEY)).isEqualTo("whole");
        assertThat(keys()).containsExactly(KEY);
    }

    @Test
    void a_large_object_is_read_as_a_stream() throws Exception {
        int size = 20_000_000;
        store.put(KEY, "video/mp4", size, new RepeatedBytes(size));

        try (InputStream content = store.get(KEY).orElseThrow();
                InputStream expected = new RepeatedBytes(size)) {
            byte[] part;
            do {
                part = content.readNBytes(1 << 20);
                assertThat(Arrays.equals(part, expected.readNBytes(1 << 20))).isTrue();
            } while (part.length > 0);
        }
    }

    @Test
    void the_same_object_from_many_threads_is_stored_once() throws Exception {
        var threads = Executors.newFixedThreadPool(8);
        try {
            for (Future<Void> put : threads.invokeAll(Collections.<Callable<Void>>nCopies(16, () -> {
                put(KEY, "same");
                return null;
            }))) {
                put.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(read(KEY)).isEqualTo("same");
        assertThat(keys()).containsExactly(KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret",
                "media/../../secret",
                "/etc/passwd",
                "media//x",
                "",
                "media/.unfinished/x",
                "a\\..\\b",
                "media/x/",
                "a\0b",
                "C:/x",
                "media/%2e%2e/x"
            })
    void keys_that_could_lead_elsewhere_are_refused(String key) {
        assertThatIllegalArgumentException().isThrownBy(() -> put(key, "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> store.get(key));
        assertThatIllegalArgumentException().isThrownBy(() -> store.exists(key));
        assertThatIllegalArgumentException().isThrownBy(() -> store.delete(key));
    }

    /** A stream of so many bytes that differ, without a buffer of them. */
    private static final class RepeatedBytes extends InputStream {
        private int left;

        RepeatedBytes(int size) {
            left = size;
        }

        @Override
        public int read() {
            return left-- > 0 ? left % 251 : -1;
        }
    }

    private void put(String key, String content) throws IOException {
        byte[] bytes = content.getBytes(UTF_8);
        store.put(key, "image/jpeg", bytes.length, new ByteArrayInputStream(bytes));
    }

    private String read(String key) throws IOException {
        try (InputStream content = store.get(key).orElseThrow()) {
            return new String(content.readAllBytes(), UTF_8);
        }
    }
}
