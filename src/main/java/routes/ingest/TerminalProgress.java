package routes.ingest;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import routes.ingest.ImportProgress.Count;

/** Prints the progress of an import: one line updated in place on a terminal, plain lines at intervals in a log file. */
public final class TerminalProgress implements ProgressListener {
    private static final int MAX_NOTES = 20;
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(10);

    private final PrintStream out;
    private final boolean terminal;
    private Duration printed = Duration.ZERO;
    private int width;

    /**
     * @param terminal whether a carriage return moves back to the start of the line
     */
    public TerminalProgress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public synchronized void progress(ImportProgress progress) {
        if (terminal) {
            String line = line(progress);
            // spaces overwrite the rest of a longer line
            out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            width = progress.isOver() ? 0 : line.length();
            if (progress.isOver()) {
                out.println();
            }
            out.flush();
        } else if (progress.isOver() || progress.elapsed().minus(printed).compareTo(PLAIN_INTERVAL) >= 0) {
            printed = progress.isOver() ? Duration.ZERO : progress.elapsed();
            out.println(line(progress));
        }
        if (progress.isOver()) {
            printNotes(progress);
        }
    }

    private void printNotes(ImportProgress progress) {
        progress.notes().stream()
                .limit(MAX_NOTES)
                .forEach(note -> out.println("  " + plain(note.name())
                        + (note.field() == null ? "" : ", " + note.field())
                        + ": "
                        + plain(note.reason())));
        if (progress.notes().size() > MAX_NOTES || progress.count(Count.MESSAGES_FAILED) > MAX_NOTES) {
            out.println("  and more; GET /imports/" + progress.id() + " shows the first 100 of each kind");
        }
    }

    /** Replaces control characters: names come from the export and must not send line breaks or escape sequences to the terminal. */
    private static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    private static String line(ImportProgress progress) {
        String name = "Import of " + progress.file().getFileName() + ": ";
        double seconds = Math.max(progress.elapsed().toMillis() / 1000.0, 0.001);
        long rate = Math.round(progress.count(Count.POSTS_DONE) / seconds);
        return name
                + switch (progress.status()) {
                    case QUEUED -> "queued";
                    case RUNNING ->
                        "%d %%, %d posts, %d posts/s, %s left"
                                .formatted(percent(progress), progress.count(Count.POSTS_DONE), rate, left(progress));
                    case DONE ->
                        "done, %d posts (%d new, %d changed%s), %d albums, %d files (%d missing), %d other messages%s in %s, %d posts/s"
                                .formatted(
                                        progress.count(Count.POSTS_DONE),
                                        progress.count(Count.POSTS_NEW),
                                        progress.count(Count.POSTS_CHANGED),
                                        unlessNone(progress.count(Count.POSTS_DELETED), "deleted"),
                                        progress.count(Count.ALBUMS_TOTAL),
                                        progress.count(Count.MEDIA_TOTAL),
                                        progress.count(Count.MEDIA_MISSING),
                                        progress.count(Count.MESSAGES_SKIPPED),
                                        unlessNone(progress.count(Count.MESSAGES_FAILED), "skipped"),
                                        time(progress.elapsed()),
                                        rate);
                    case FAILED -> "failed after " + progress.count(Count.POSTS_DONE) + " posts. " + progress.error();
                };
    }

    private static String unlessNone(long count, String what) {
        return count == 0 ? "" : ", " + count + " " + what;
    }

    private static long percent(ImportProgress progress) {
        return progress.count(Count.BYTES_TOTAL) == 0
                ? 100
                : 100 * progress.count(Count.BYTES_DONE) / progress.count(Count.BYTES_TOTAL);
    }

    private static String left(ImportProgress progress) {
        if (progress.count(Count.BYTES_DONE) == 0) {
            return "?";
        }
        double share = (double) (progress.count(Count.BYTES_TOTAL) - progress.count(Count.BYTES_DONE))
                / progress.count(Count.BYTES_DONE);
        return time(Duration.ofMillis((long) (progress.elapsed().toMillis() * share)));
    }

    private static String time(Duration duration) {
        return duration.toHours() > 0
                ? String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d",
                        duration.toHours(),
                        duration.toMinutesPart(),
                        duration.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", duration.toMinutes(), duration.toSecondsPart());
    }
}
