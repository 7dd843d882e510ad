package routes.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Font;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How far the hashes of changed copies are apart, and those of different pictures. */
class SamePictureTest {
    private static final Map<BufferedImage, Long> HASHES = IntStream.range(0, 6)
            .boxed()
            .flatMap(i -> Stream.of(scene(i), page(i), chat(i), chart(i)))
            .collect(Collectors.toMap(Function.identity(), SamePictureTest::hash));

    @ParameterizedTest
    @MethodSource("copies")
    void copies_count_as_the_same_picture(Copy copy) {
        assertThat(HASHES.entrySet())
                .filteredOn(picture ->
                        distance(picture.getValue(), hash(copy.changed().apply(picture.getKey()))) <= PictureFacts.NEAR)
                .hasSizeGreaterThanOrEqualTo(copy.isCropped() ? HASHES.size() - 2 : HASHES.size());
    }

    @Test
    void different_pictures_of_the_same_kind_do_not() {
        List<Long> hashes = List.copyOf(HASHES.values());
        for (int i = 0; i < hashes.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(distance(hashes.get(i), hashes.get(j))).isGreaterThan(PictureFacts.NEAR);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("plain")
    void plain_pictures_have_no_hash(BufferedImage picture) {
        assertThat(PictureFacts.of(picture).hash()).isNull();
    }

    private static int distance(long one, long other) {
        return Long.bitCount(one ^ other);
    }

    private static long hash(BufferedImage picture) {
        return PictureFacts.of(picture).hash();
    }

    record Copy(String name, UnaryOperator<BufferedImage> changed) {
        boolean isCropped() {
            return name.contains("cropped");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Copy> copies() {
        return List.of(
                new Copy("recompressed", picture -> jpeg(picture, 0.4f)),
                new Copy("half as large", picture -> smooth(picture, 0.5)),
                new Copy("of 320 pixels", picture -> jpeg(smooth(picture, 320.0 / picture.getWidth()), 0.7f)),
                new Copy("enlarged", picture -> smooth(picture, 1.6)),
                new Copy("cropped", picture -> crop(picture, 0.02)),
                new Copy("with a watermark", SamePictureTest::watermark),
                new Copy("cropped, smaller, recompressed", picture -> jpeg(smooth(crop(picture, 0.01), 0.6), 0.5f)));
    }

    static List<BufferedImage> plain() {
        BufferedImage halves = filled(Color.WHITE);
        Graphics2D graphics = halves.createGraphics();
        graphics.setColor(Color.BLACK);
        graphics.fillRect(0, 300, 800, 300);
        BufferedImage bar = filled(Color.WHITE);
        graphics = bar.createGraphics();
        graphics.setColor(Color.BLACK);
        graphics.fillRect(0, 500, 800, 40);
        return List.of(
                filled(Color.WHITE),
                filled(Color.BLACK),
                jpeg(filled(Color.RED), 0.5f),
                gradient(800, 0),
                gradient(0, 600),
                gradient(800, 600),
                jpeg(gradient(800, 600), 0.5f),
                halves,
                bar);
    }

    private static BufferedImage filled(Color color) {
        BufferedImage image = new BufferedImage(800, 600, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(color);
        graphics.fillRect(0, 0, 800, 600);
        return image;
    }

    private static BufferedImage gradient(int x, int y) {
        BufferedImage image = filled(Color.WHITE);
        Graphics2D graphics = image.createGraphics();
        graphics.setPaint(new GradientPaint(0, 0, Color.BLUE, x, y, Color.YELLOW));
        graphics.fillRect(0, 0, 800, 600);
        return image;
    }

    /** Like a photo: soft shapes of many sizes on a graded sky, with grain. */
    static BufferedImage scene(int seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(1200, 800 + 100 * random.nextInt(5), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics(image);
        graphics.setPaint(new GradientPaint(0, 0, color(random), 0, image.getHeight(), color(random)));
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        for (int i = 0; i < 25; i++) {
            graphics.setColor(color(random));
            int size = 40 + random.nextInt(420);
            int x = random.nextInt(image.getWidth()) - size / 2;
            int y = random.nextInt(image.getHeight()) - size / 2;
            if (random.nextBoolean()) {
                graphics.fillOval(x, y, size, size * (1 + random.nextInt(3)) / 2);
            } else {
                graphics.fillRect(x, y, size, size / 2);
            }
        }
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                Color pixel = new Color(image.getRGB(x, y));
                int grain = random.nextInt(21) - 10;
                image.setRGB(
                        x,
                        y,
                        new Color(
                                        byteOf(pixel.getRed() + grain),
                                        byteOf(pixel.getGreen() + grain),
                                        byteOf(pixel.getBlue() + grain))
                                .getRGB());
            }
        }
        return image;
    }

    /** A page of text in paragraphs. */
    static BufferedImage page(int seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(900, 1270, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics(image);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, 900, 1270);
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 22));
        for (int y = 90; y < 1180; y += random.nextInt(6) == 0 ? 60 : 30) {
            int end = random.nextInt(5) == 0 ? 200 + random.nextInt(500) : 800;
            for (int x = 80; x < end; ) {
                String word = word(random);
                graphics.drawString(word, x, y);
                x += graphics.getFontMetrics().stringWidth(word + " ");
            }
        }
        return image;
    }

    /** Bubbles of a chat on the phone. */
    static BufferedImage chat(int seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(720, 1280, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics(image);
        graphics.setColor(new Color(0xD5E3EF));
        graphics.fillRect(0, 0, 720, 1280);
        graphics.setColor(new Color(0x4477AA));
        graphics.fillRect(0, 0, 720, 90);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 26));
        int y = 120;
        while (y < 1150) {
            int lines = 1 + random.nextInt(5);
            int width = 180 + random.nextInt(380);
            boolean isOwn = random.nextBoolean();
            int x = isOwn ? 700 - width : 20;
            graphics.setColor(isOwn ? new Color(0xE0FFC8) : Color.WHITE);
            graphics.fillRoundRect(x, y, width, 24 + 36 * lines, 20, 20);
            graphics.setColor(Color.BLACK);
            for (int line = 0; line < lines; line++) {
                graphics.drawString(word(random) + " " + word(random), x + 14, y + 38 + 36 * line);
            }
            y += 24 + 36 * lines + 16;
        }
        return image;
    }

    /** Bars of a chart. */
    static BufferedImage chart(int seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(1000, 600, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics(image);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, 1000, 600);
        int bars = 5 + random.nextInt(6);
        for (int i = 0; i < bars; i++) {
            graphics.setColor(color(random));
            int height = 50 + random.nextInt(450);
            graphics.fillRect(60 + i * 900 / bars, 550 - height, 600 / bars, height);
        }
        graphics.setColor(Color.BLACK);
        graphics.fillRect(50, 550, 900, 4);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 30));
        graphics.drawString(word(random) + " " + word(random), 80, 40);
        return image;
    }

    private static String word(Random random) {
        return random.ints(2 + random.nextInt(9), 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static Color color(Random random) {
        return new Color(random.nextInt(0x1000000));
    }

    private static int byteOf(int value) {
        return Math.max(0, Math.min(255, value));
    }

    private static Graphics2D graphics(BufferedImage image) {
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        return graphics;
    }

    private static BufferedImage smooth(BufferedImage picture, double scale) {
        int width = (int) (picture.getWidth() * scale);
        int height = (int) (picture.getHeight() * scale);
        if (scale > 1) {
            return Picture.scaled(picture, width, height);
        }
        BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        scaled.getGraphics()
                .drawImage(picture.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING), 0, 0, null);
        return scaled;
    }

    private static BufferedImage crop(BufferedImage picture, double share) {
        int x = (int) (picture.getWidth() * share);
        int y = (int) (picture.getHeight() * share);
        return picture.getSubimage(x, y / 2, picture.getWidth() - x - x / 2, picture.getHeight() - y);
    }

    private static BufferedImage watermark(BufferedImage picture) {
        BufferedImage marked = Picture.scaled(picture, picture.getWidth(), picture.getHeight());
        Graphics2D graphics = graphics(marked);
        graphics.setColor(new Color(255, 255, 255, 160));
        graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, picture.getWidth() / 18));
        graphics.drawString("@channel", picture.getWidth() * 2 / 3, picture.getHeight() - picture.getHeight() / 20);
        return marked;
    }

    private static BufferedImage jpeg(BufferedImage picture, float quality) {
        try {
            ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(quality);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (var output = new MemoryCacheImageOutputStream(bytes)) {
                writer.setOutput(output);
                writer.write(null, new IIOImage(picture, null, null), parameters);
            }
            return ImageIO.read(new ByteArrayInputStream(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
