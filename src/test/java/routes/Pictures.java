package routes;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Pictures that differ enough not to count as the same. */
final class Pictures {

    private Pictures() {}

    /** @param shade 0 to 100 */
    static Path write(Path file, int shade) throws IOException {
        var image = new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(new Color(30, 60, 90 + shade));
        graphics.fillRect(0, 0, 320, 240);
        graphics.setColor(Color.ORANGE);
        graphics.fillOval(40 + shade, 40, 120, 90);
        graphics.dispose();
        ImageIO.write(image, "jpeg", file.toFile());
        return file;
    }
}
