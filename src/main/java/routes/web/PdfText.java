package routes.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/**
 * Extracts the text of PDF files. Each file is read in a separate process with limits of time and memory, because a file of a few
 * kilobytes can decompress to gigabytes, and PDFBox has no limit for this.
 */
final class PdfText {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int MEMORY_MB = 192;
    private static final int MAX_PROCESSES = 2;
    private static final Duration WAIT = Duration.ofSeconds(40);
    /** In UTF-8, a character within the process's limit has up to three bytes; the title precedes the text. */
    private static final int MAX_OUTPUT_BYTES = 3 * (PdfTextProcess.MAX_CHARACTERS + 1024);

    /** @param title empty if the file has none */
    record Text(String title, String text) {}

    private final Semaphore permits = new Semaphore(MAX_PROCESSES);
    private final Duration timeout;

    PdfText() {
        this(TIMEOUT);
    }

    PdfText(Duration timeout) {
        this.timeout = timeout;
    }

    /** @throws FetchException if the file has no text, is corrupt, or exceeds the time or memory limit */
    Text read(byte[] pdf) throws FetchException {
        try {
            if (!permits.tryAcquire(WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw FetchReason.BUSY.exception("too many PDF files are being read at the same time");
            }
            try {
                return text(run(pdf));
            } finally {
                permits.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw FetchReason.TIMEOUT.exception("interrupted");
        } catch (IOException e) {
            throw FetchReason.BAD_PDF.exception(e.getMessage());
        }
    }

    private static Text text(String output) throws FetchException {
        int end = output.indexOf('\n');
        String text = output.substring(end + 1).strip();
        if (end < 0 || text.isEmpty()) {
            throw FetchReason.BAD_PDF.exception("the file contains no text");
        }
        return new Text(output.substring(0, end).strip(), text);
    }

    /** Input and output are files, so that no thread has to write to or read from a pipe. */
    private String run(byte[] pdf) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("pdf-");
        try {
            Path input = Files.write(folder.resolve("page.pdf"), pdf);
            File output = folder.resolve("text").toFile();
            Process process = new ProcessBuilder(command())
                    .redirectInput(input.toFile())
                    .redirectOutput(output)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IOException("reading the file took longer than " + timeout.toSeconds() + " s");
                }
                if (process.exitValue() != 0) {
                    throw new IOException("the file is damaged or needs too much memory");
                }
            } finally {
                process.destroyForcibly();
            }
            try (InputStream text = new FileInputStream(output)) {
                return new String(text.readNBytes(MAX_OUTPUT_BYTES), UTF_8);
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + MEMORY_MB + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.awt.headless=true",
                // the font list of the machine, which takes seconds to create
                "-Dpdfbox.fontcache=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path")));
        URL place = PdfText.class.getProtectionDomain().getCodeSource().getLocation();
        if (place.getProtocol().equals("jar")) {
            // in the packaged program, the libraries are jars inside a jar
            command.add("-Dloader.main=" + PdfTextProcess.class.getName());
            command.add("org.springframework.boot.loader.launch.PropertiesLauncher");
        } else {
            command.add(PdfTextProcess.class.getName());
        }
        return command;
    }
}
