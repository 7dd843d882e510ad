package routes.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import routes.ingest.ImportProgress.Count;
import routes.ingest.ImportProgress.Status;

class TerminalProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, UTF_8);

    @Test
    void a_terminal_shows_one_line_that_renews_itself() {
        var terminal = new TerminalProgress(out, true);

        terminal.progress(at(Status.RUNNING, 250, 1_000, Duration.ofSeconds(10), null));
        terminal.progress(at(Status.RUNNING, 1_000, 10, Duration.ofSeconds(10), null));
        terminal.progress(at(Status.DONE, 1_000, 4_000, Duration.ofSeconds(40), null));

        String[] lines = bytes.toString(UTF_8).split("\r", -1);
        assertThat(lines[1]).isEqualTo("Import of result.json: 25 %, 1000 posts, 100 posts/s, 0:30 left");
        assertThat(lines[2])
                .startsWith("Import of result.json: 100 %, 10 posts, 1 posts/s, 0:00 left")
                .hasSameSizeAs(lines[1]);
        assertThat(lines[3].strip())
                .isEqualTo("Import of result.json: done, 4000 posts (3 new, 2 changed), 4 albums, 5 files (1 missing),"
                        + " 6 other messages in 0:40, 100 posts/s");
        assertThat(bytes.toString(UTF_8)).endsWith(System.lineSeparator());
    }

    @Test
    void a_log_file_gets_a_line_now_and_then_and_the_end() {
        var log = new TerminalProgress(out, false);

        for (int second = 1; second <= 25; second++) {
            log.progress(at(Status.RUNNING, second * 10L, 1_000, Duration.ofSeconds(second), null));
        }
        log.progress(at(Status.FAILED, 250, 1_000, Duration.ofSeconds(26), "result.json is broken at byte 7."));

        assertThat(bytes.toString(UTF_8).lines())
                .hasSize(3)
                .noneMatch(line -> line.contains("\r"))
                .last()
                .isEqualTo("Import of result.json: failed after 1000 posts. result.json is broken at byte 7.");
    }

    @Test
    void the_end_shows_what_was_left_out_and_why() {
        List<ImportNote> notes = Stream.concat(
                        Stream.of(new ImportNote("message 7", 7L, "date", "its time is missing, at byte 9\u001b[2J")),
                        Stream.generate(() -> new ImportNote("Семья", null, null, "a private_group is no channel"))
                                .limit(30))
                .toList();

        new TerminalProgress(out, false).progress(at(Status.DONE, 1_000, 1, Duration.ofSeconds(1), null, 31, notes));

        assertThat(bytes.toString(UTF_8).lines())
                .hasSize(22)
                .contains(
                        "  message 7, date: its time is missing, at byte 9 [2J",
                        "  Семья: a private_group is no channel")
                .last()
                .asString()
                .contains("GET /imports/" + new UUID(0, 1));
        assertThat(bytes.toString(UTF_8)).contains("6 other messages, 31 skipped in");
    }

    @Test
    void a_long_import_shows_hours() {
        new TerminalProgress(out, true).progress(at(Status.RUNNING, 1, 1, Duration.ofSeconds(10), null));

        assertThat(bytes.toString(UTF_8)).contains("2:46:30 left");
    }

    private static ImportProgress at(Status status, long bytesDone, long posts, Duration elapsed, String error) {
        return at(status, bytesDone, posts, elapsed, error, 0, List.of());
    }

    private static ImportProgress at(
            Status status,
            long bytesDone,
            long posts,
            Duration elapsed,
            String error,
            long failed,
            List<ImportNote> notes) {
        Map<Count, Long> counts = new EnumMap<>(Map.of(
                Count.POSTS_NEW, 3L,
                Count.POSTS_CHANGED, 2L,
                Count.ALBUMS_TOTAL, 4L,
                Count.MEDIA_TOTAL, 5L,
                Count.MEDIA_MISSING, 1L,
                Count.MESSAGES_SKIPPED, 6L));
        counts.put(Count.BYTES_TOTAL, 1_000L);
        counts.put(Count.BYTES_DONE, bytesDone);
        counts.put(Count.POSTS_TOTAL, 4_000L);
        counts.put(Count.POSTS_DONE, posts);
        counts.put(Count.MESSAGES_FAILED, failed);
        return new ImportProgress(
                new UUID(0, 1), Path.of("/export/result.json"), status, counts, notes, elapsed, error);
    }
}
