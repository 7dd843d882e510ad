package routes.vision;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * Recognises text with the program {@code tesseract}, if it is installed. Each run is a separate process with time and memory limits, so
 * that a picture cannot harm the product.
 */
class Tesseract {
    /** Name of the engine in results. */
    static final String ENGINE = "tesseract";

    private static final Logger LOG = LoggerFactory.getLogger(Tesseract.class);
    private static final List<String> LANGUAGES = List.of("rus", "eng");
    private static final int MAX_OUTPUT_BYTES = 4_000_000;
    private static final int MAX_TEXT = 100_000;
    /** Minimum confidence of a word, in percent. Tesseract returns words below it for textures and edges. */
    private static final double MIN_WORD_CONFIDENCE = 50;

    private static final double MIN_MEAN_CONFIDENCE = 60;
    /** Required in a text; without a match, the text is noise from textures and edges. */
    private static final Pattern WORD_OR_NUMBER = Pattern.compile("\\p{L}{3}|\\d{3}");

    /**
     * Exit codes after SIGHUP, SIGINT and SIGTERM. Ctrl-C in a terminal also ends tesseract; the picture must not be stored as a picture
     * without text.
     */
    private static final Set<Integer> ENDED_FROM_OUTSIDE = Set.of(129, 130, 143);

    private static final int COLUMNS = 12;
    private static final int CONFIDENCE = 10;
    private static final int WORD = 11;

    /** Recognised text with line breaks, and the mean confidence of its words from 0 to 1. */
    record Text(String text, double confidence) {}

    private final String program;
    private final String languages;
    private final Duration timeout;
    private final int memoryMb;

    /**
     * @param program name or path of the program; empty if it must not be used
     * @param timeout maximum duration of a run
     * @param memoryMb maximum address space of a run
     */
    Tesseract(String program, Duration timeout, int memoryMb) {
        this.program = program;
        this.timeout = timeout;
        this.memoryMb = memoryMb;
        languages = program.isBlank() ? "" : languages();
    }

    /** Returns whether the program is installed, with Russian or English. */
    boolean isAvailable() {
        return !languages.isEmpty();
    }

    private String languages() {
        try {
            List<String> installed = run(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), program, "--list-langs")
                    .lines()
                    .toList();
            List<String> usable = LANGUAGES.stream().filter(installed::contains).toList();
            if (usable.isEmpty()) {
                LOG.warn("{} has no language data for Russian or English: text in pictures is not recognised", program);
            }
            return String.join("+", usable);
        } catch (IOException e) {
            LOG.info("Text in pictures is recognised only by models: cannot run {} ({})", program, e.getMessage());
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /**
     * Returns the text in a picture; empty if there is none or the program is not available.
     *
     * @throws IOException if the program fails, takes too long or needs too much memory
     * @throws InterruptedException if the program was ended by a signal, for example when the product stops
     */
    Optional<Text> read(BufferedImage picture) throws IOException, InterruptedException {
        if (!isAvailable()) {
            return Optional.empty();
        }
        return text(run(picture, program, "stdin", "stdout", "-l", languages, "--psm", "3", "tsv"));
    }

    /** Parses Tesseract's table: one row per page, block, paragraph, line (level 4) and word (level 5). */
    private static Optional<Text> text(String table) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        double sum = 0;
        int words = 0;
        for (String row : table.lines().skip(1).toList()) {
            String[] columns = row.split("\t", COLUMNS);
            if (columns.length < COLUMNS || columns[0].equals("4")) {
                flush(line, lines);
                continue;
            }
            double confidence = Double.parseDouble(columns[CONFIDENCE]);
            String word = columns[WORD].strip();
            if (!columns[0].equals("5") || confidence < MIN_WORD_CONFIDENCE || word.isEmpty()) {
                continue;
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
            sum += confidence;
            words++;
        }
        flush(line, lines);
        String text = String.join("\n", lines);
        boolean isText = words > 0
                && sum / words >= MIN_MEAN_CONFIDENCE
                && WORD_OR_NUMBER.matcher(text).find();
        return isText
                ? Optional.of(new Text(text.substring(0, Math.min(text.length(), MAX_TEXT)), sum / words / 100))
                : Optional.empty();
    }

    private static void flush(StringBuilder line, List<String> lines) {
        if (!line.isEmpty()) {
            lines.add(line.toString());
            line.setLength(0);
        }
    }

    /** Runs the program with files for input and output, so that no thread has to write or read a pipe. */
    private String run(BufferedImage input, String... command) throws IOException, InterruptedException {
        // the shell only sets the limits, then the program replaces it; the arguments are not part of its script. Lower
        // priority, so that
        // pictures only use spare processor time
        List<String> limited = new ArrayList<>(
                List.of("sh", "-c", "ulimit -v " + memoryMb * 1024L + "; exec nice -n 5 \"$@\"", "tesseract-limited"));
        limited.addAll(List.of(command));
        Path folder = Files.createTempDirectory("ocr-");
        try {
            File picture = folder.resolve("picture.png").toFile();
            File output = folder.resolve("output").toFile();
            ImageIO.write(input, "png", picture);
            ProcessBuilder builder = new ProcessBuilder(limited)
                    .redirectInput(picture)
                    .redirectOutput(output)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            // one thread per run: several pictures share the processors
            builder.environment().put("OMP_THREAD_LIMIT", "1");
            waitFor(builder.start());
            try (InputStream text = new FileInputStream(output)) {
                return new String(text.readNBytes(MAX_OUTPUT_BYTES), UTF_8);
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void waitFor(Process process) throws IOException, InterruptedException {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(program + " took longer than " + timeout.toSeconds() + " s");
            }
            if (ENDED_FROM_OUTSIDE.contains(process.exitValue())) {
                throw new InterruptedException(program + " was terminated by a signal");
            }
            if (process.exitValue() != 0) {
                throw new IOException(program + " failed with exit code " + process.exitValue());
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
