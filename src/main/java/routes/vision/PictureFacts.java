package routes.vision;

import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Facts about a picture's pixels, computed without a model.
 *
 * @param dominantColors up to five, the most frequent first, as #RRGGBB
 * @param hash perceptual hash: similar pictures differ in few bits; null for a picture that is plain or nearly plain, because all such
 *     pictures are similar
 */
public record PictureFacts(List<String> dominantColors, Long hash) {
    private static final int COLOR_SIDE = 64;
    private static final int BITS_PER_CHANNEL = 3;
    private static final int MAX_COLORS = 5;
    /** Minimum share of the pixels for a dominant colour. */
    private static final double MIN_SHARE = 0.05;

    private static final int HASH_SIDE = 32;
    private static final int HASH_FREQUENCIES = 8;

    /**
     * Threshold for the strength of frequencies. In a picture with content, half of the frequencies exceed it by a factor of six or more.
     * In plain pictures and gradients, they are rounding errors below a sixth of it.
     */
    private static final double MIN_STRENGTH = 30;

    /**
     * Pictures whose hashes differ in at most this many of 64 bits count as nearly the same. Measured with recompressed, scaled, cropped
     * and marked copies, and with different pictures; docs/performance.md contains the figures.
     */
    public static final int NEAR = 6;

    static PictureFacts of(BufferedImage pixels) {
        return new PictureFacts(colors(pixels), hash(pixels));
    }

    /** Returns the mean colours of the fullest cells of a histogram with eight levels per channel. */
    private static List<String> colors(BufferedImage pixels) {
        BufferedImage small = Picture.scaled(pixels, COLOR_SIDE, COLOR_SIDE);
        int cells = 1 << (3 * BITS_PER_CHANNEL);
        int[] count = new int[cells];
        long[][] sums = new long[cells][3];
        for (int rgb : small.getRGB(0, 0, COLOR_SIDE, COLOR_SIDE, null, 0, COLOR_SIDE)) {
            int cell = 0;
            for (int channel = 0; channel < 3; channel++) {
                cell = (cell << BITS_PER_CHANNEL) | (channel(rgb, channel) >> (8 - BITS_PER_CHANNEL));
            }
            count[cell]++;
            for (int channel = 0; channel < 3; channel++) {
                sums[cell][channel] += channel(rgb, channel);
            }
        }
        return IntStream.range(0, cells)
                .boxed()
                .filter(cell -> count[cell] >= MIN_SHARE * COLOR_SIDE * COLOR_SIDE)
                .sorted(Comparator.comparingInt((Integer cell) -> -count[cell]).thenComparing(cell -> cell))
                .limit(MAX_COLORS)
                .map(cell -> String.format(
                        Locale.ROOT,
                        "#%02X%02X%02X",
                        sums[cell][0] / count[cell],
                        sums[cell][1] / count[cell],
                        sums[cell][2] / count[cell]))
                .toList();
    }

    private static int channel(int rgb, int channel) {
        return (rgb >> (16 - 8 * channel)) & 0xFF;
    }

    /**
     * Returns the hash known as pHash: the lowest frequencies of the cosine transform of a small grey picture, one bit each, set if the
     * frequency is above the median.
     */
    private static Long hash(BufferedImage pixels) {
        BufferedImage small = averaged(pixels);
        double[][] grey = new double[HASH_SIDE][HASH_SIDE];
        for (int y = 0; y < HASH_SIDE; y++) {
            for (int x = 0; x < HASH_SIDE; x++) {
                int rgb = small.getRGB(x, y);
                grey[y][x] = 0.299 * channel(rgb, 0) + 0.587 * channel(rgb, 1) + 0.114 * channel(rgb, 2);
            }
        }
        double[] frequencies = new double[HASH_FREQUENCIES * HASH_FREQUENCIES];
        for (int v = 0; v < HASH_FREQUENCIES; v++) {
            for (int u = 0; u < HASH_FREQUENCIES; u++) {
                frequencies[v * HASH_FREQUENCIES + u] = frequency(grey, u, v);
            }
        }
        double[] varying = Arrays.copyOfRange(frequencies, 1, frequencies.length);
        if (median(Arrays.stream(varying).map(Math::abs)) < MIN_STRENGTH) {
            return null;
        }
        double median = median(Arrays.stream(varying));
        long hash = 0;
        for (double frequency : frequencies) {
            hash = (hash << 1) | (frequency > median ? 1 : 0);
        }
        return hash;
    }

    /**
     * Reduces the picture; each pixel is the mean of its area. Interpolation would read only few pixels, and hashes of copies of other
     * sizes would differ.
     */
    private static BufferedImage averaged(BufferedImage pixels) {
        BufferedImage small = new BufferedImage(HASH_SIDE, HASH_SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = small.createGraphics();
        graphics.drawImage(pixels.getScaledInstance(HASH_SIDE, HASH_SIDE, Image.SCALE_AREA_AVERAGING), 0, 0, null);
        graphics.dispose();
        return small;
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static double frequency(double[][] grey, int u, int v) {
        double sum = 0;
        for (int y = 0; y < HASH_SIDE; y++) {
            double row = Math.cos((2 * y + 1) * v * Math.PI / (2 * HASH_SIDE));
            for (int x = 0; x < HASH_SIDE; x++) {
                sum += grey[y][x] * row * Math.cos((2 * x + 1) * u * Math.PI / (2 * HASH_SIDE));
            }
        }
        // rounded, so that a uniform picture has exact zeros on every platform
        return Math.rint(sum * 1000) / 1000;
    }
}
