package routes.operations;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;

/** Shows how far the pipeline is: one line that renews itself on a terminal, else a line now and then. */
class ProcessingProgress {
    private static final Duration TERMINAL_INTERVAL = Duration.ofSeconds(1);
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

    private final PrintStream out;
    private final boolean terminal = System.console() != null;
    private Instant next = Instant.now();

    ProcessingProgress(PrintStream out) {
        this.out = out;
    }

    /** Counting reads every post's row, so it is not done more often than it is shown. */
    boolean isDue() {
        return !Instant.now().isBefore(next);
    }

    void show(PipelineBooks.Counts counts) {
        next = Instant.now().plus(terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL);
        if (terminal) {
            out.print("\r" + line(counts));
            out.flush();
        } else {
            out.println(line(counts));
        }
    }

    void end(PipelineBooks.Counts counts) {
        out.println((terminal ? "\r" : "") + line(counts));
    }

    private static String line(PipelineBooks.Counts counts) {
        long tagging = counts.parsed() - counts.taggingOpen();
        long indexing = counts.parsed() - counts.indexOpen();
        return "Processing: %d posts, tagging %d%%, indexing %d%%"
                .formatted(counts.parsed(), percent(tagging, counts.parsed()), percent(indexing, counts.parsed()));
    }

    private static long percent(long part, long whole) {
        return whole == 0 ? 100 : 100 * part / whole;
    }
}
