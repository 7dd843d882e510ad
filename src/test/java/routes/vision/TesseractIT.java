package routes.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TesseractIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void russian_and_english_text_is_recognised() throws Exception {
        var tesseract = new Tesseract("tesseract", TIMEOUT, 1024);
        assumeThat(tesseract.isAvailable()).as("tesseract is installed").isTrue();

        Tesseract.Text text =
                tesseract.read(page("Курс рубля вырос", "Quarterly report")).orElseThrow();

        assertThat(text.text()).contains("рубля").contains("report");
        assertThat(text.confidence()).isBetween(0.6, 1.0);
    }

    @Test
    void a_picture_without_text_has_none() throws Exception {
        var tesseract = new Tesseract("tesseract", TIMEOUT, 1024);
        assumeThat(tesseract.isAvailable()).as("tesseract is installed").isTrue();

        assertThat(tesseract.read(PictureTest.drawing(400, 300))).isEmpty();
    }

    @Test
    void without_the_program_nothing_is_recognised() throws Exception {
        var tesseract = new Tesseract("no-such-program", TIMEOUT, 1024);

        assertThat(tesseract.isAvailable()).isFalse();
        assertThat(tesseract.read(page("text"))).isEmpty();
        assertThat(new Tesseract("", TIMEOUT, 1024).isAvailable()).isFalse();
    }

    @Test
    void a_program_that_hangs_is_ended_after_the_timeout() throws Exception {
        Tesseract hanging = new Tesseract(program("sleep 60"), Duration.ofSeconds(1), 1024);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> hanging.read(page("text")))
                .withMessageContaining("longer than 1 s");
    }

    @Test
    void a_program_that_fails_is_reported_with_its_exit_code() throws Exception {
        Tesseract failing = new Tesseract(program("exit 3"), TIMEOUT, 1024);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> failing.read(page("text")))
                .withMessageContaining("exit code 3");
    }

    @Test
    void a_program_that_is_ended_from_outside_says_nothing_about_the_picture() throws Exception {
        // by exit code, because INT and HUP are ignored if the build runs in the background or with nohup
        for (String end : List.of("kill -TERM $$; sleep 5", "exit 129", "exit 130", "exit 143")) {
            Tesseract ended = new Tesseract(program(end), TIMEOUT, 1024);

            assertThatExceptionOfType(InterruptedException.class).as(end).isThrownBy(() -> ended.read(page("text")));
        }
    }

    /** A program that lists languages as Tesseract does, and otherwise does what the test wants. */
    private String program(String otherwise) throws IOException {
        Path file = Files.writeString(
                folder.resolve("ocr"),
                "#!/bin/sh\nif [ \"$1\" = --list-langs ]; then echo eng; else " + otherwise + "; fi\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file.toString();
    }

    private static BufferedImage page(String... lines) {
        BufferedImage image = new BufferedImage(900, 100 * lines.length + 60, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 48));
        for (int i = 0; i < lines.length; i++) {
            graphics.drawString(lines[i], 40, 90 + 100 * i);
        }
        graphics.dispose();
        return image;
    }
}
