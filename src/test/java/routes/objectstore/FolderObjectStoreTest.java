package routes.objectstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.objectstore.folder.FolderObjectStore;

class FolderObjectStoreTest {
    private static final String KEY = ObjectKeys.media(new UUID(0, 1), "ab12", "jpg");

    @TempDir
    Path data;

    private ObjectStore store;

    @BeforeEach
    void open() throws IOException {
        store = new FolderObjectStore(data.resolve("media"));
    }

    @Test
    void anObjectIsAFileUnderItsKey() throws Exception {
        put(KEY, "content");

        assertThat(KEY).isEqualTo("media/00000000-0000-0000-0000-000000000001/ab/ab12.jpg");
        assertThat(data.resolve("media").resolve(KEY)).hasContent("content");
        assertThat(store.bucket()).isEqualTo("media");
        assertThat(store.exists(KEY)).isTrue();
        assertThat(read(KEY)).isEqualTo("content");
    }

    @Test
    void puttingAgainReplacesAndDeletingTwiceDoesNothing() throws Exception {
        put(KEY, "one");
        put(KEY, "two");
        assertThat(read(KEY)).isEqualTo("two");

        store.delete(KEY);
        store.delete(KEY);
        assertThat(store.exists(KEY)).isFalse();
        assertThat(store.get(KEY)).isEmpty();
    }

    @Test
    void whatBreaksOffLeavesTheOldObjectAndNothingElse() throws Exception {
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
                .hasMessageContaining("100 bytes were announced, only 10 came");
        assertThatThrownBy(() -> store.put(KEY, "image/jpeg", 5, new ByteArrayInputStream(new byte[10])))
                .hasMessageContaining("more than the announced 5 bytes");

        assertThat(read(KEY)).isEqualTo("whole");
        try (Stream<Path> files = Files.walk(data).filter(Files::isRegularFile)) {
            assertThat(files).hasSize(1);
        }
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
    void keysThatCouldLeadElsewhereAreRefused(String key) {
        assertThatIllegalArgumentException().isThrownBy(() -> put(key, "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> store.get(key));
        assertThatIllegalArgumentException().isThrownBy(() -> store.exists(key));
        assertThatIllegalArgumentException().isThrownBy(() -> store.delete(key));
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
