package routes.operations;

import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The table printed at the end of the main job. */
record Summary(PipelineCounts.Counts counts, long deadLetters, Duration time) {

    void print(PrintStream out) {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put(
                "posts parsed",
                counts.parsed() + (counts.deleted() == 0 ? "" : " (" + counts.deleted() + " of them deleted)"));
        rows.put("tagged", counts.tagged() + note(counts.taggingSkipped(), "without anything to tag"));
        rows.put("with vision", Long.toString(counts.withVision()));
        rows.put("crawled", Long.toString(counts.crawled()));
        rows.put("indexed", counts.indexed() + note(counts.indexSkipped(), "without text"));
        rows.put("failed", Long.toString(counts.failed()));
        rows.put("still in work", Long.toString(Math.max(counts.taggingOpen(), counts.indexOpen())));
        rows.put("dead letters", Long.toString(deadLetters));
        rows.put("albums", Long.toString(counts.albums()));
        rows.put("media files", Long.toString(counts.media()));
        rows.put("time", "%.1f s".formatted(time.toMillis() / 1000.0));

        int label = width(rows.keySet());
        int value = width(rows.values());
        String line = "+" + "-".repeat(label + 2) + "+" + "-".repeat(value + 2) + "+";
        out.println(line);
        rows.forEach((name, text) -> out.printf("| %-" + label + "s | %-" + value + "s |%n", name, text));
        out.println(line);
    }

    private static String note(long number, String what) {
        return number == 0 ? "" : " (+ " + number + " " + what + ")";
    }

    private static int width(Iterable<String> texts) {
        int width = 0;
        for (String text : texts) {
            width = Math.max(width, text.length());
        }
        return width;
    }
}
