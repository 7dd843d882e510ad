package routes.operations;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import routes.operations.PipelineCounts.Counts;
import routes.reconcile.IndexRebuild;

/**
 * The output of the main job: a progress line, updated in place on a terminal, otherwise a new line every few seconds; and the summary.
 */
final class MainJobOutput {
    private static final Duration TERMINAL_INTERVAL = Duration.ofSeconds(1);
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

    private final PrintStream out;
    private final boolean terminal = System.console() != null;
    private Instant next = Instant.now();
    private String shown = "";

    MainJobOutput(PrintStream out) {
        this.out = out;
    }

    void line(String text) {
        out.println(text);
    }

    /** Returns whether a progress line is due. Counting reads the row of every post, so callers count only when it is due. */
    boolean isProgressDue() {
        return !Instant.now().isBefore(next);
    }

    /** @param rebuild index rebuild in progress; empty if there is none */
    void progress(Counts counts, Optional<IndexRebuild.Progress> rebuild) {
        next = Instant.now().plus(terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL);
        String line =
                progress(counts) + rebuild.map(progress -> "; " + progress).orElse("");
        if (line.equals(shown)) {
            return; // do not fill the log while a stage is paused
        }
        if (terminal) {
            out.print(inPlace(line));
            out.flush();
        } else {
            out.println(line);
        }
        shown = line;
    }

    void progressEnds(Counts counts) {
        out.println(terminal ? inPlace(progress(counts)) : progress(counts));
    }

    /** Pads the line with spaces to overwrite a longer previous line. */
    private String inPlace(String line) {
        return "\r" + line + " ".repeat(Math.max(0, shown.length() - line.length()));
    }

    private static String progress(Counts counts) {
        return "Processing: %d posts, tagging %d%%, indexing %d%%"
                .formatted(
                        counts.parsed(),
                        percent(counts.parsed() - counts.taggingOpen(), counts.parsed()),
                        percent(counts.parsed() - counts.indexOpen(), counts.parsed()));
    }

    private static long percent(long part, long whole) {
        return whole == 0 ? 100 : 100 * part / whole;
    }

    void summary(Counts counts, long deadLetters, Duration time) {
        Map<String, Object> rows = new LinkedHashMap<>();
        rows.put(
                "posts parsed",
                counts.parsed() + (counts.deleted() == 0 ? "" : " (" + counts.deleted() + " of them deleted)"));
        rows.put("tagged", counts.tagged() + note(counts.taggingSkipped(), "without text to tag"));
        rows.put("with vision", counts.withVision());
        rows.put("crawled", counts.crawled());
        rows.put("indexed", counts.indexed() + note(counts.indexSkipped(), "without text"));
        rows.put("failed", counts.failed());
        rows.put("still in progress", Math.max(counts.taggingOpen(), counts.indexOpen()));
        rows.put("dead letters", deadLetters);
        rows.put("albums", counts.albums());
        rows.put("media files", counts.media());
        rows.put("time", "%.1f s".formatted(time.toMillis() / 1000.0));

        int label = width(rows.keySet());
        int value = width(rows.values());
        String line = "+" + "-".repeat(label + 2) + "+" + "-".repeat(value + 2) + "+";
        out.println(line);
        rows.forEach((name, number) -> out.printf("| %-" + label + "s | %-" + value + "s |%n", name, number));
        out.println(line);
    }

    private static String note(long number, String what) {
        return number == 0 ? "" : " (+ " + number + " " + what + ")";
    }

    private static int width(Collection<?> texts) {
        return texts.stream().mapToInt(text -> text.toString().length()).max().orElse(0);
    }
}
