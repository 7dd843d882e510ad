package routes.telegram;

import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.util.Map;

/** A text as a QR code, with the quiet zone of 4 modules that the standard requires. */
public final class QrCode {
    private static final int MARGIN = 4;

    private final ByteMatrix modules;

    /** @throws IllegalArgumentException if the text is too long */
    public QrCode(String text) {
        try {
            modules = Encoder.encode(text, ErrorCorrectionLevel.L, Map.of(EncodeHintType.CHARACTER_SET, "UTF-8"))
                    .getMatrix();
        } catch (WriterException e) {
            throw new IllegalArgumentException("The text is too long for a QR code", e);
        }
    }

    /** Returns lines of half blocks, two modules per character, for terminals with a dark background. */
    String lines() {
        StringBuilder lines = new StringBuilder();
        for (int y = -MARGIN; y < modules.getHeight() + MARGIN; y += 2) {
            for (int x = -MARGIN; x < modules.getWidth() + MARGIN; x++) {
                boolean upper = isLight(x, y);
                boolean lower = isLight(x, y + 1);
                lines.append(upper ? (lower ? '█' : '▀') : (lower ? '▄' : ' '));
            }
            lines.append('\n');
        }
        return lines.toString();
    }

    /** Returns an SVG image; a module is one unit. */
    public String svg() {
        int size = modules.getWidth() + 2 * MARGIN;
        StringBuilder dark = new StringBuilder();
        for (int y = 0; y < modules.getHeight(); y++) {
            for (int x = 0; x < modules.getWidth(); x++) {
                if (!isLight(x, y)) {
                    dark.append('M')
                            .append(x + MARGIN)
                            .append(' ')
                            .append(y + MARGIN)
                            .append("h1v1h-1z");
                }
            }
        }
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %1$d" shape-rendering="crispEdges">
                <path fill="#fff" d="M0 0h%1$dv%1$dH0z"/><path d="%2$s"/></svg>"""
                .formatted(size, dark);
    }

    private boolean isLight(int x, int y) {
        boolean outside = x < 0 || y < 0 || x >= modules.getWidth() || y >= modules.getHeight();
        return outside || modules.get(x, y) == 0;
    }
}
