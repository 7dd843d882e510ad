package routes.operations;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;

/** Shows how far the pipeline is: one line that renews itself on a terminal, else a line now and then. */
class ProcessingProgress {
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

    private final PrintStream out;
    private final boolean terminal = System.console() != null;
    private Instant shown = Instant.MIN;

    ProcessingProgress(PrintStream out) {
        this.out = out;
    }

    void show(PipelineBooks.Counts counts) {
        if (terminal) {
            out.print("\r" + line(counts));
            out.flush();
        } else if (Instant.now().isAfter(shown.equals(Instant.MIN) ? shown : shown.plus(PLAIN_INTERVAL))) {
            out.println(line(counts));
            shown = Instant.now();
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
