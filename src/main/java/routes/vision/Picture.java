package routes.vision;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A decoded picture, reduced to at most {@value #MAX_SIDE} pixels per side. Of an animation only the first frame is decoded. Transparent
 * pixels become white.
 *
 * @param format the decoder's name of the format, in lower case: jpeg, png, gif, bmp, tif, webp
 * @param width of the original, in pixels
 * @param height of the original, in pixels
 * @param animated whether the file has more than one frame
 * @param pixels the reduced picture
 */
record Picture(String format, int width, int height, boolean animated, BufferedImage pixels) {
    /** Maximum side length in pixels: enough for text in screenshots. Models reduce larger pictures themselves. */
    static final int MAX_SIDE = 2048;

    private static final float JPEG_QUALITY = 0.85f;

    /** Reports why a picture cannot be analysed: a word for events and metrics, and a message. */
    static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;
        private final String reason;

        UnreadableException(String reason, String message, Throwable cause) {
            super(message, cause);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    /**
     * Decodes a picture. Checks the size in its header first, so that a small file cannot take much memory.
     *
     * @param maxPixels pictures with more pixels are refused
     * @throws UnreadableException with reason {@code unknown_format}, {@code too_many_pixels} or {@code corrupt}
     */
    static Picture read(byte[] file, long maxPixels) throws UnreadableException {
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
            if (!readers.hasNext()) {
                throw new UnreadableException("unknown_format", "no decoder supports this format", null);
            }
            ImageReader reader = readers.next();
            try {
                // ignore metadata: texts and profiles of a file may be compressed and take any amount of memory
                reader.setInput(input, false, true);
                return decode(reader, maxPixels);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            // decoders throw various runtime exceptions for damaged files
            throw new UnreadableException("corrupt", "the picture cannot be decoded: " + e, e);
        }
    }

    private static Picture decode(ImageReader reader, long maxPixels) throws IOException, UnreadableException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > maxPixels) {
            throw new UnreadableException(
                    "too_many_pixels", width + " × " + height + " pixels; the limit is " + maxPixels, null);
        }
        ImageReadParam reduced = reader.getDefaultReadParam();
        int step = Math.max(1, Math.max(width, height) / MAX_SIDE);
        reduced.setSourceSubsampling(step, step, 0, 0);
        BufferedImage pixels = opaque(reader.read(0, reduced));
        return new Picture(
                reader.getFormatName().toLowerCase(Locale.ROOT), width, height, hasSecondFrame(reader), pixels);
    }

    private static boolean hasSecondFrame(ImageReader reader) {
        try {
            // reads only the header of the second frame; counting all frames would read the whole file
            return reader.getWidth(1) > 0;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private static BufferedImage opaque(BufferedImage image) {
        double scale = Math.min(1, MAX_SIDE / (double) Math.max(image.getWidth(), image.getHeight()));
        return scaled(image, Math.max(1, (int) Math.round(image.getWidth() * scale)), Math.max(1, (int)
                Math.round(image.getHeight() * scale)));
    }

    /** Returns the picture in another size, on a white background. */
    static BufferedImage scaled(BufferedImage image, int width, int height) {
        BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = scaled.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return scaled;
    }

    /** Returns the reduced picture as JPEG, which every model accepts, without metadata of the original. */
    byte[] jpeg() {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam quality = writer.getDefaultWriteParam();
            quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            quality.setCompressionQuality(JPEG_QUALITY);
            writer.setOutput(output);
            writer.write(null, new IIOImage(pixels, null, null), quality);
        } catch (IOException e) {
            throw new IllegalStateException("Cannot convert a picture to JPEG", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
