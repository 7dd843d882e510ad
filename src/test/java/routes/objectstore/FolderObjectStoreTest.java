package routes.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.objectstore.folder.FolderObjectStore;

class FolderObjectStoreTest extends ObjectStoreContract {
    @TempDir
    Path data;

    @Override
    ObjectStore store() throws IOException {
        return new FolderObjectStore(data.resolve("media"));
    }

    @Override
    List<String> keys() throws IOException {
        Path root = data.resolve("media");
        try (Stream<Path> files = Files.walk(root).filter(Files::isRegularFile)) {
            return files.map(file -> root.relativize(file).toString()).toList();
        }
    }

    @Test
    void an_object_is_a_file_under_its_key() throws Exception {
        store().put(KEY, "image/jpeg", 2, new ByteArrayInputStream(new byte[] {'o', 'k'}));

        assertThat(data.resolve("media").resolve(KEY)).hasContent("ok");
    }
}
