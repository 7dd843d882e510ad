package routes.operations;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import routes.reconcile.IndexRebuild;

/** Shows how far the pipeline is: one line that renews itself on a terminal, else a line now and then. */
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

    /** Counting reads every post's row, so it is not done more often than it is shown. */
    boolean isDue() {
        return !Instant.now().isBefore(next);
    }

    /** @param rebuild of the index, where one is under way */
    void show(PipelineCounts.Counts counts, Optional<IndexRebuild.Progress> rebuild) {
        next = Instant.now().plus(terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL);
        String line = line(counts) + rebuild.map(progress -> "; " + progress).orElse("");
        if (line.equals(shown)) {
            return; // a stage that is paused must not fill a log file
        }
        if (terminal) {
            // blanks wipe what a longer line left behind
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
