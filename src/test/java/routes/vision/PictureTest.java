package routes.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureTest {
    private static final long MAX_PIXELS = 50_000_000;

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "png", "gif", "bmp", "tiff"})
    void every_format_is_decoded_with_the_size_of_its_original(String format) throws Exception {
        Picture picture = Picture.read(file(drawing(300, 200), format), MAX_PIXELS);

        assertThat(picture.width()).isEqualTo(300);
        assertThat(picture.height()).isEqualTo(200);
        assertThat(picture.animated()).isFalse();
        assertThat(new Color(picture.pixels().getRGB(290, 190)).getRed()).isGreaterThan(200);
    }

    @Test
    void a_large_picture_is_reduced() throws Exception {
        Picture picture = Picture.read(file(drawing(6_000, 4_000), "jpeg"), MAX_PIXELS);

        assertThat(picture.width()).isEqualTo(6_000);
        assertThat(picture.pixels().getWidth()).isEqualTo(Picture.MAX_SIDE);
        assertThat(ImageIO.read(new java.io.ByteArrayInputStream(picture.jpeg()))
                        .getWidth())
                .isEqualTo(Picture.MAX_SIDE);
    }

    @Test
    void transparent_pixels_become_white() throws Exception {
        BufferedImage image = new BufferedImage(50, 50, BufferedImage.TYPE_INT_ARGB);

        Picture picture = Picture.read(file(image, "png"), MAX_PIXELS);

        assertThat(new Color(picture.pixels().getRGB(10, 10))).isEqualTo(Color.WHITE);
    }

    @Test
    void the_first_frame_of_an_animation_is_decoded() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            writer.prepareWriteSequence(writer.getDefaultStreamMetadata(writer.getDefaultWriteParam()));
            for (BufferedImage frame : Arrays.asList(drawing(40, 30), drawing(40, 30))) {
                writer.writeToSequence(
                        new IIOImage(
                                frame,
                                null,
                                writer.getDefaultImageMetadata(
                                        ImageTypeSpecifier.createFromRenderedImage(frame),
                                        writer.getDefaultWriteParam())),
                        null);
            }
            writer.endWriteSequence();
        }

        Picture picture = Picture.read(bytes.toByteArray(), MAX_PIXELS);

        assertThat(picture.animated()).isTrue();
        assertThat(picture.width()).isEqualTo(40);
    }

    @Test
    void a_decompression_bomb_is_refused_by_its_header() throws Exception {
        byte[] bomb = png(65_000, 65_000);
        assertThat(bomb.length).isLessThan(100_000);

        assertReason(bomb, "too_many_pixels");
    }

    @Test
    void compressed_text_in_a_file_is_not_unpacked() throws Exception {
        byte[] picture = file(drawing(300, 200), "png");
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write("Comment\0\0".getBytes(StandardCharsets.US_ASCII));
        try (DeflaterOutputStream deflated = new DeflaterOutputStream(text)) {
            byte[] zeros = new byte[1_000_000];
            for (int megabytes = 0; megabytes < 4_000; megabytes++) {
                deflated.write(zeros);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int afterHeader = 8 + 4 + 4 + 13 + 4;
        bytes.write(picture, 0, afterHeader);
        chunk(new DataOutputStream(bytes), "zTXt", text.toByteArray());
        bytes.write(picture, afterHeader, picture.length - afterHeader);

        assertThat(Picture.read(bytes.toByteArray(), MAX_PIXELS).width()).isEqualTo(300);
    }

    @Test
    void damaged_files_are_refused_with_a_reason() throws Exception {
        byte[] jpeg = file(drawing(300, 200), "jpeg");
        byte[] garbled = jpeg.clone();
        Arrays.fill(garbled, 20, 200, (byte) 0xFF);

        assertReason("no picture at all".getBytes(), "unknown_format");
        assertReason(new byte[0], "unknown_format");
        assertReason(garbled, "corrupt");
        byte[] png = file(drawing(300, 200), "png");
        assertReason(Arrays.copyOf(png, 60), "corrupt");
        // the beginning of an HEIC file
        assertReason(new byte[] {0, 0, 0, 24, 'f', 't', 'y', 'p', 'h', 'e', 'i', 'c', 0, 0, 0, 0}, "unknown_format");
        assertReason("%PDF-1.7".getBytes(), "unknown_format");
    }

    private static void assertReason(byte[] file, String reason) {
        assertThatExceptionOfType(Picture.UnreadableException.class)
                .isThrownBy(() -> Picture.read(file, MAX_PIXELS))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void the_most_frequent_colour_comes_first() {
        BufferedImage image = new BufferedImage(100, 100, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(new Color(0x2040C0));
        graphics.fillRect(0, 0, 100, 100);
        graphics.setColor(new Color(0xF0E010));
        graphics.fillRect(0, 0, 100, 25);
        graphics.dispose();

        assertThat(PictureFacts.of(image).dominantColors()).containsExactly("#2040C0", "#F0E010");
    }

    /** A drawing with a red corner. */
    static BufferedImage drawing(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(new Color(0x204060));
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.ORANGE);
        graphics.fillOval(width / 8, height / 8, width / 3, height / 2);
        graphics.setColor(Color.RED);
        graphics.fillRect(width * 3 / 4, height * 3 / 4, width / 4, height / 4);
        graphics.dispose();
        return image;
    }

    static byte[] file(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    /** A PNG whose header states a size, with few data. */
    static byte[] png(int width, int height) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(0x89504E470D0A1A0AL);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(width);
        fields.writeInt(height);
        fields.write(new byte[] {1, 0, 0, 0, 0});
        chunk(out, "IHDR", header.toByteArray());
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflated = new DeflaterOutputStream(data)) {
            deflated.write(new byte[100_000]);
        }
        chunk(out, "IDAT", data.toByteArray());
        chunk(out, "IEND", new byte[0]);
        return bytes.toByteArray();
    }

    private static void chunk(DataOutputStream out, String type, byte[] content) throws IOException {
        out.writeInt(content.length);
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(content);
        out.write(name);
        out.write(content);
        out.writeInt((int) crc.getValue());
    }
}
