package routes.operations;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import routes.reconcile.IndexRebuild;

/** Shows the progress of the pipeline: a line updated in place on a terminal, otherwise a new line every few seconds. */
class ProcessingProgress {
    private static final Duration TERMINAL_INTERVAL = Duration.ofSeconds(1);
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

    private final PrintStream out;
    private final boolean terminal = System.console() != null;
    private Instant next = Instant.now();
    private String shown = "";

    ProcessingProgress(PrintStream out) {
        this.out = out;
    }

    /** Counting reads the row of every post, so count only when the line is due. */
    boolean isDue() {
        return !Instant.now().isBefore(next);
    }

    /** @param rebuild index rebuild in progress, if any */
    void show(PipelineCounts.Counts counts, Optional<IndexRebuild.Progress> rebuild) {
        next = Instant.now().plus(terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL);
        String line = line(counts) + rebuild.map(progress -> "; " + progress).orElse("");
        if (line.equals(shown)) {
            return; // a paused stage must not fill the log
        }
        if (terminal) {
            // spaces overwrite the rest of a longer line
            out.print("\r" + line + " ".repeat(Math.max(0, shown.length() - line.length())));
            out.flush();
        } else {
            out.println(line);
        }
        shown = line;
    }

    void end(PipelineCounts.Counts counts) {
        String line = line(counts);
        out.println(
                (terminal ? "\r" : "") + line + " ".repeat(terminal ? Math.max(0, shown.length() - line.length()) : 0));
    }

    private static String line(PipelineCounts.Counts counts) {
        long tagging = counts.parsed() - counts.taggingOpen();
        long indexing = counts.parsed() - counts.indexOpen();
        return "Processing: %d posts, tagging %d%%, indexing %d%%"
                .formatted(counts.parsed(), percent(tagging, counts.parsed()), percent(indexing, counts.parsed()));
    }

    private static long percent(long part, long whole) {
        return whole == 0 ? 100 : 100 * part / whole;
    }
}
