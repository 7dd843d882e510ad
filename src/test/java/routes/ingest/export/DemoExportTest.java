package routes.ingest.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoExportTest {
    private static final String PAGES = "http://127.0.0.1:8011/demo/";

    @TempDir
    Path data;

    @Test
    void the_unpacked_demo_can_be_imported_also_after_it_was_unpacked_before() throws Exception {
        Files.createDirectories(data.resolve("demo"));
        Files.writeString(data.resolve("demo/result.json"), "left by an older version");

        Path folder = new DemoExport("/exports/channel").unpack(data, PAGES);

        assertThat(folder).isEqualTo(data.resolve("demo"));
        var sink = new RecordingSink();
        ExportSource.open(folder, ZoneOffset.UTC).read(sink);
        assertThat(sink.messages).hasSize(12);
        assertThat(sink.message(3).file().path()).isRegularFile();
    }

    @Test
    void what_is_missing_is_a_clear_error() {
        assertThatThrownBy(() -> new DemoExport("/nowhere").unpack(data, PAGES))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("nowhere/index.txt");
    }
}
