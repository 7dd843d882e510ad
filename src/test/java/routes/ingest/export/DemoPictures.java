package routes.ingest.export;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.Paint;
import java.awt.Polygon;
import java.awt.RadialGradientPaint;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;

/**
 * Drew the pictures of the demo channel ({@code demo/photos}): the committed files are what the demo
 * uses, this program is kept so that they can be drawn again. The output depends on nothing but the
 * installed fonts (it was run with DejaVu). To run it, with any JDK from 17 on:
 *
 * <pre>java -Djava.awt.headless=true DemoPictures.java demo/photos</pre>
 */
public final class DemoPictures {

    /** The pictures are drawn in these units and stored a little smaller. */
    private static final int WIDTH = 1200;

    private static final int HEIGHT = 750;
    private static final double SCALE = 0.9;
    private static final float JPEG_QUALITY = 0.65f;

    private static final Color INK = new Color(0x22303C);
    private static final Color GREY = new Color(0x7C8A96);
    private static final Color PALE = new Color(0xDDE4EA);
    private static final Color PAPER = new Color(0xFAFBFC);
    private static final Color BLUE = new Color(0x2F6FB5);
    private static final Color ORANGE = new Color(0xE07B28);
    private static final Color GREEN = new Color(0x3C9A5F);
    private static final Color NIGHT = new Color(0x0B1430);
    private static final Color SKY_BLUE = new Color(0x9FB4E8);

    private final Graphics2D g;

    private DemoPictures(Graphics2D g) {
        this.g = g;
    }

    public static void main(String[] targetDir) throws IOException {
        Path target = Files.createDirectories(Path.of(targetDir[0]));
        for (Map.Entry<String, Consumer<DemoPictures>> picture : pictures().entrySet()) {
            write(draw(picture.getValue()), target.resolve(picture.getKey()));
        }
    }

    private static Map<String, Consumer<DemoPictures>> pictures() {
        Map<String, Consumer<DemoPictures>> pictures = new LinkedHashMap<>();
        pictures.put("photo_1@10-10-2026_10-21-37.jpg", DemoPictures::starMap);
        pictures.put("photo_2@13-10-2026_10-00-04.jpg", DemoPictures::neuralNetwork);
        pictures.put("photo_3@13-10-2026_10-00-04.jpg", DemoPictures::activationFunctions);
        pictures.put("photo_4@13-10-2026_10-00-04.jpg", DemoPictures::learningCurves);
        pictures.put("photo_5@13-10-2026_10-00-05.jpg", DemoPictures::confusionMatrix);
        pictures.put("photo_6@14-10-2026_20-32-10.jpg", DemoPictures::mountainLake);
        pictures.put("photo_7@19-10-2026_09-15-48.jpg", DemoPictures::queryPlan);
        pictures.put("photo_8@20-10-2026_12-40-20.jpg", DemoPictures::carbonDioxide);
        pictures.put("photo_9@20-10-2026_12-40-20.jpg", DemoPictures::windFarm);
        pictures.put("photo_10@20-10-2026_12-40-20.jpg", DemoPictures::sunnyDay);
        pictures.put("photo_12@23-10-2026_09-41-02.jpg", DemoPictures::camelRoute);
        return pictures;
    }

    private static BufferedImage draw(Consumer<DemoPictures> picture) {
        BufferedImage image =
                new BufferedImage((int) (SCALE * WIDTH), (int) (SCALE * HEIGHT), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.scale(SCALE, SCALE);
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        picture.accept(new DemoPictures(g));
        g.dispose();
        return image;
    }

    private static void write(BufferedImage image, Path file) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam quality = writer.getDefaultWriteParam();
        quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        quality.setCompressionQuality(JPEG_QUALITY);
        Files.deleteIfExists(file);
        try (var out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), quality);
        } finally {
            writer.dispose();
        }
    }

    // --- the pictures ---

    private void starMap() {
        fill(new GradientPaint(0, 0, NIGHT, 0, HEIGHT, new Color(0x24386B)));
        stars(new Random(7), HEIGHT, 260);
        title("Как найти Полярную звезду", Color.WHITE);
        double[] polaris = sky(2.530, 89.26);
        double[][] dipper = {
            sky(13.792, 49.31), sky(13.398, 54.93), sky(12.900, 55.96), sky(12.257, 57.03),
            sky(11.897, 53.69), sky(11.031, 56.38), sky(11.062, 61.75), sky(12.257, 57.03)
        };
        double[][] cassiopeia = {
            sky(0.153, 59.15), sky(0.675, 56.54), sky(0.945, 60.72), sky(1.430, 60.24), sky(1.907, 63.67)
        };
        dashes(dipper[5], polaris, ORANGE);
        constellation(dipper);
        constellation(cassiopeia);
        star(polaris, 9);
        String[] names = {"Алькаид", "Мицар", "Алиот", "Мегрец", "Фекда", "Мерак", "Дубхе"};
        int[][] shifts = {{-40, -24}, {18, -10}, {18, -6}, {16, -14}, {-92, 34}, {-20, 46}, {22, 18}};
        for (int i = 0; i < names.length; i++) {
            text(names[i], dipper[i][0] + shifts[i][0], dipper[i][1] + shifts[i][1], 26, Color.WHITE);
        }
        text("Полярная", polaris[0] + 20, polaris[1] - 14, 26, Color.WHITE);
        text("Большая Медведица", 60, 700, 28, SKY_BLUE);
        text("Кассиопея", 985, 420, 28, SKY_BLUE);
    }

    private void neuralNetwork() {
        fill(PAPER);
        title("Слои и связи нейросети", INK);
        int[] layers = {4, 6, 6, 3};
        Color[] colors = {GREEN, BLUE, BLUE, ORANGE};
        Random weights = new Random(3);
        for (int layer = 0; layer + 1 < layers.length; layer++) {
            for (int from = 0; from < layers[layer]; from++) {
                for (int to = 0; to < layers[layer + 1]; to++) {
                    float weight = weights.nextFloat();
                    line(
                            neuronX(layer),
                            neuronY(from, layers[layer]),
                            neuronX(layer + 1),
                            neuronY(to, layers[layer + 1]),
                            0.6f + 2.6f * weight,
                            new Color(0x6A, 0x7F, 0x94, 50 + (int) (110 * weight)));
                }
            }
        }
        for (int layer = 0; layer < layers.length; layer++) {
            for (int neuron = 0; neuron < layers[layer]; neuron++) {
                dot(neuronX(layer), neuronY(neuron, layers[layer]), 29, Color.WHITE);
                dot(neuronX(layer), neuronY(neuron, layers[layer]), 25, colors[layer]);
            }
        }
        centered("входной слой", neuronX(0), 715, 26, INK);
        centered("скрытые слои", (neuronX(1) + neuronX(2)) / 2, 715, 26, INK);
        centered("выходной слой", neuronX(3), 715, 26, INK);
    }

    private void activationFunctions() {
        fill(PAPER);
        title("Функции активации", INK);
        Plot plot = new Plot(-4, 4, -1.4, 2.4);
        plot.grid(1, 0.5);
        line(plot.x(-4), plot.y(0), plot.x(4), plot.y(0), 2, GREY);
        line(plot.x(0), plot.y(-1.4), plot.x(0), plot.y(2.4), 2, GREY);
        plot.curve(x -> Math.min(2.4, Math.max(0, x)), -4, 2.4, ORANGE);
        plot.curve(x -> 1 / (1 + Math.exp(-x)), -4, 4, BLUE);
        plot.curve(Math::tanh, -4, 4, GREEN);
        for (int x = -4; x <= 4; x++) {
            centered(String.valueOf(x), plot.x(x), 690, 22, GREY);
        }
        legend(150, 150, ORANGE, "ReLU");
        legend(150, 195, BLUE, "сигмоида");
        legend(150, 240, GREEN, "tanh");
    }

    private void learningCurves() {
        fill(PAPER);
        title("Кривые обучения: ошибка по эпохам", INK);
        Plot plot = new Plot(0, 50, 0, 2.5);
        plot.grid(10, 0.5);
        g.setColor(new Color(0xFBEBDD));
        g.fill(new Rectangle2D.Double(plot.x(22), plot.y(2.5), plot.x(50) - plot.x(22), plot.y(0) - plot.y(2.5)));
        plot.curve(
                x -> 0.12 + 2.1 * Math.exp(-x / 9) + 0.012 * Math.sin(1.7 * x) + 0.01 * Math.sin(4.3 * x), 0, 50, BLUE);
        plot.curve(
                x -> 0.45
                        + 1.85 * Math.exp(-x / 8)
                        + Math.pow(Math.max(0, x - 18), 2) / 1500
                        + 0.014 * Math.sin(1.3 * x + 1)
                        + 0.012 * Math.sin(3.9 * x),
                0,
                50,
                ORANGE);
        line(plot.x(22), plot.y(0), plot.x(22), plot.y(2.5), 2, GREY);
        text("переобучение", 790, 170, 30, ORANGE);
        for (int x = 0; x <= 50; x += 10) {
            centered(String.valueOf(x), plot.x(x), 690, 22, GREY);
        }
        centered("эпоха", 620, 725, 24, INK);
        legend(175, 160, BLUE, "обучающая выборка");
        legend(175, 205, ORANGE, "проверочная");
    }

    private void confusionMatrix() {
        fill(PAPER);
        title("Матрица ошибок", INK);
        String[] classes = {"кот", "собака", "лиса", "сова", "рыба"};
        int[][] counts = {{91, 6, 3, 0, 0}, {8, 85, 7, 0, 0}, {5, 11, 83, 1, 0}, {1, 0, 1, 96, 2}, {0, 0, 0, 1, 99}};
        for (int row = 0; row < classes.length; row++) {
            for (int column = 0; column < classes.length; column++) {
                int count = counts[row][column];
                int x = 330 + 130 * column;
                int y = 150 + 104 * row;
                g.setColor(mix(new Color(0xEAF1F8), BLUE, Math.sqrt(count / 100.0)));
                g.fillRect(x, y, 124, 98);
                centered(String.valueOf(count), x + 62, y + 60, 30, count > 30 ? Color.WHITE : INK);
            }
            right(classes[row], 310, 210 + 104 * row, 26);
            centered(classes[row], 392 + 130 * row, 700, 26, INK);
        }
        text("на самом деле", 60, 130, 24, GREY);
        text("ответ модели", 1000, 700, 24, GREY);
    }

    private void mountainLake() {
        fill(new LinearGradientPaint(
                0, 0, 0, 480, new float[] {0, 0.5f, 1}, new Color[] {NIGHT, new Color(0x5A4A78), new Color(0xF0A36B)}));
        stars(new Random(11), 260, 120);
        glow(880, 170, 190, new Color(0xFFF1D0));
        dot(880, 170, 46, new Color(0xFFF6E0));
        ridge(360, 95, 0.0062, 0.4, new Color(0x6A5470));
        ridge(430, 70, 0.0094, 2.1, new Color(0x44405F));
        ridge(490, 45, 0.0131, 4.0, new Color(0x26304D));
        g.setPaint(new GradientPaint(0, 540, new Color(0x8E6A63), 0, HEIGHT, new Color(0x10193A)));
        g.fillRect(0, 540, WIDTH, HEIGHT - 540);
        Random ripples = new Random(5);
        for (int i = 0; i < 90; i++) {
            double y = 550 + 195 * ripples.nextDouble();
            double x = 880 + (y - 500) * 0.45 * ripples.nextGaussian();
            double half = 10 + 30 * ripples.nextDouble();
            line(x - half, y, x + half, y, 2, new Color(255, 236, 200, 110));
        }
        for (int x = -20; x < WIDTH; x += 34) {
            double distance = Math.abs(x - 560) / 640.0;
            fir(x, 760, (int) (60 + 190 * distance * distance + 24 * Math.sin(x)));
        }
    }

    private void queryPlan() {
        fill(new Color(0x1E2430));
        g.setColor(new Color(0x2B3342));
        g.fillRect(0, 0, WIDTH, 64);
        dot(36, 32, 10, new Color(0xF0655A));
        dot(68, 32, 10, new Color(0xF3BE4E));
        dot(100, 32, 10, new Color(0x5DC466));
        centered("psql: demo", WIDTH / 2.0, 41, 24, new Color(0xAAB6C8));
        String[] lines = {
            "demo=# EXPLAIN (ANALYZE, BUFFERS)",
            "demo-# SELECT id, title FROM posts",
            "demo-# WHERE tags @> ARRAY['redis'];",
            "",
            "Bitmap Heap Scan on posts",
            "    (cost=12.40..310.15 rows=95 width=48)",
            "    (actual time=0.084..0.312 rows=102 loops=1)",
            "  Recheck Cond: (tags @> '{redis}'::text[])",
            "  Buffers: shared hit=74",
            "  ->  Bitmap Index Scan on posts_tags_gin",
            "Planning Time: 0.141 ms",
            "Execution Time: 0.358 ms"
        };
        for (int i = 0; i < lines.length; i++) {
            Color color = i < 3 ? new Color(0x8FD0FF) : i > 9 ? new Color(0x9FE3A8) : new Color(0xE6EAF0);
            mono(lines[i], 44, 130 + 50 * i, 30, color);
        }
    }

    private void carbonDioxide() {
        fill(PAPER);
        title("CO2 at Mauna Loa, annual mean, ppm", INK);
        int[] years = {1960, 1970, 1980, 1990, 2000, 2010, 2020};
        double[] values = {316.9, 325.7, 338.8, 354.5, 369.7, 390.1, 414.2};
        for (int ppm = 0; ppm <= 400; ppm += 100) {
            double y = 660 - 1.25 * ppm;
            line(110, y, 1150, y, 1.5f, PALE);
            right(String.valueOf(ppm), 96, (int) y + 8, 22);
        }
        for (int i = 0; i < years.length; i++) {
            int x = 150 + 143 * i;
            int height = (int) (1.25 * values[i]);
            g.setColor(mix(new Color(0xF2B277), new Color(0xB8442E), i / 6.0));
            g.fillRoundRect(x, 660 - height, 100, height, 10, 10);
            g.fillRect(x, 640, 100, 20);
            centered(String.valueOf(values[i]), x + 50, 646 - height, 26, INK);
            centered(String.valueOf(years[i]), x + 50, 702, 26, INK);
        }
        line(110, 660, 1150, 660, 2.5f, INK);
        text("Data: NOAA GML", 940, 738, 22, GREY);
    }

    private void windFarm() {
        fill(new GradientPaint(0, 0, new Color(0x5AA6DA), 0, 560, new Color(0xFDEBC8)));
        glow(240, 190, 200, new Color(0xFFF7D6));
        dot(240, 190, 58, new Color(0xFFE9A0));
        ridge(470, 30, 0.0061, 1.0, new Color(0x9DBE93));
        turbine(520, 540, 200, 0.3);
        turbine(690, 510, 160, 1.1);
        turbine(1080, 500, 210, 0.7);
        ridge(540, 36, 0.0048, 3.2, new Color(0x74A566));
        turbine(850, 610, 370, 0.15);
        turbine(330, 590, 290, 0.9);
        ridge(630, 28, 0.0057, 5.1, new Color(0x4E8548));
    }

    private void sunnyDay() {
        fill(PAPER);
        title("An idealised sunny day", INK);
        Plot plot = new Plot(0, 24, 0, 1.1);
        plot.grid(3, 0.2);
        DoubleUnaryOperator solar =
                hour -> hour < 6 || hour > 18 ? 0 : Math.pow(Math.sin(Math.PI * (hour - 6) / 12), 1.4);
        DoubleUnaryOperator demand = hour -> 0.34 + 0.16 * bell(hour, 8, 1.6) + 0.40 * bell(hour, 19.5, 2.2);
        plot.area(solar, new Color(0xFBE3B4));
        plot.curve(solar, 0, 24, ORANGE);
        plot.curve(demand, 0, 24, BLUE);
        for (int hour = 0; hour <= 24; hour += 3) {
            centered(hour + ":00", plot.x(hour), 690, 22, GREY);
        }
        text("solar output", 725, 185, 28, ORANGE);
        text("household demand", 860, 262, 28, BLUE);
        centered("hour of the day", 620, 725, 24, INK);
    }

    private void camelRoute() {
        fill(PAPER);
        title("Маршрут Apache Camel", INK);
        arrow(300, 240, 360, 240);
        arrow(580, 240, 640, 240);
        arrow(860, 240, 920, 240);
        arrow(1030, 300, 1030, 430);
        arrow(920, 490, 860, 490);
        arrow(640, 490, 580, 490);
        dashedArrow(470, 302, 240, 428);
        box(80, 180, GREEN, "result.json", "file:");
        box(360, 180, BLUE, "Splitter", "сообщения");
        box(640, 180, BLUE, "Idempotent", "без повторов");
        box(920, 180, BLUE, "Aggregator", "альбомы");
        box(920, 430, BLUE, "Router", "текст, фото");
        box(640, 430, GREEN, "PostgreSQL", "sql:");
        box(360, 430, GREEN, "Lucene", "индекс");
        box(80, 430, ORANGE, "Dead Letter", "ошибки");
        text("сплошная линия: обычный путь, пунктир: сообщения с ошибками", 80, 650, 24, GREY);
    }

    // --- parts of pictures ---

    /** A place on the map of the northern sky, equidistant from the pole: x and y. */
    private static double[] sky(double rightAscension, double declination) {
        double angle = Math.toRadians(32 - 15 * rightAscension);
        double distance = 11.5 * (90 - declination);
        return new double[] {690 + distance * Math.cos(angle), 310 - distance * Math.sin(angle)};
    }

    private void constellation(double[][] stars) {
        for (int i = 1; i < stars.length; i++) {
            line(stars[i - 1][0], stars[i - 1][1], stars[i][0], stars[i][1], 2, new Color(0x7D94D0));
        }
        for (double[] place : stars) {
            star(place, 6);
        }
    }

    private void star(double[] place, double radius) {
        glow(place[0], place[1], 4 * radius, new Color(0xBFD2FF));
        dot(place[0], place[1], radius, Color.WHITE);
    }

    private void stars(Random random, int height, int count) {
        for (int i = 0; i < count; i++) {
            double radius = 0.6 + 1.3 * random.nextDouble();
            dot(
                    WIDTH * random.nextDouble(),
                    height * random.nextDouble(),
                    radius,
                    new Color(255, 255, 255, 70 + random.nextInt(120)));
        }
    }

    private static double neuronX(int layer) {
        return 180 + 280 * layer;
    }

    private static double neuronY(int neuron, int count) {
        return 390 + 92 * (neuron - (count - 1) / 2.0);
    }

    private static double bell(double x, double center, double width) {
        return Math.exp(-Math.pow((x - center) / width, 2) / 2);
    }

    private void ridge(double level, double height, double frequency, double phase, Color color) {
        Polygon ridge = new Polygon();
        ridge.addPoint(0, HEIGHT);
        for (int x = 0; x <= WIDTH; x += 4) {
            double wave = Math.sin(frequency * x + phase)
                    + 0.5 * Math.sin(2.3 * frequency * x + 2 * phase)
                    + 0.2 * Math.sin(6.1 * frequency * x + 3 * phase);
            ridge.addPoint(x, (int) (level - height * wave));
        }
        ridge.addPoint(WIDTH, HEIGHT);
        g.setColor(color);
        g.fillPolygon(ridge);
    }

    private void fir(int x, int foot, int height) {
        g.setColor(new Color(0x0A1226));
        for (int tier = 0; tier < 3; tier++) {
            int top = foot - height + tier * height / 4;
            int half = (tier + 2) * height / 16;
            g.fillPolygon(new int[] {x, x - half, x + half}, new int[] {top, top + height / 2, top + height / 2}, 3);
        }
    }

    private void turbine(double x, double foot, double height, double turn) {
        double hub = foot - height;
        Color white = new Color(0xFDFDFD);
        g.setColor(white);
        g.fillPolygon(
                new int[] {
                    (int) (x - height / 60), (int) (x + height / 60), (int) (x + height / 30), (int) (x - height / 30)
                },
                new int[] {(int) hub, (int) hub, (int) foot + 80, (int) foot + 80},
                4);
        for (int blade = 0; blade < 3; blade++) {
            double angle = turn + blade * 2 * Math.PI / 3;
            Path2D shape = new Path2D.Double();
            shape.moveTo(x, hub);
            shape.lineTo(x + 0.14 * height * Math.cos(angle - 0.22), hub + 0.14 * height * Math.sin(angle - 0.22));
            shape.lineTo(x + 0.5 * height * Math.cos(angle), hub + 0.5 * height * Math.sin(angle));
            shape.closePath();
            g.fill(shape);
        }
        dot(x, hub, height / 32, white);
    }

    private void box(int x, int y, Color color, String name, String note) {
        g.setColor(color);
        g.fill(new RoundRectangle2D.Double(x, y, 220, 120, 24, 24));
        centered(name, x + 110, y + 55, 30, Color.WHITE);
        centered(note, x + 110, y + 92, 24, Color.WHITE);
    }

    private void arrow(double fromX, double fromY, double toX, double toY) {
        line(fromX, fromY, toX, toY, 4, GREY);
        head(fromX, fromY, toX, toY, GREY);
    }

    private void head(double fromX, double fromY, double toX, double toY, Color color) {
        double angle = Math.atan2(toY - fromY, toX - fromX);
        for (double side : new double[] {-0.5, 0.5}) {
            line(toX, toY, toX - 20 * Math.cos(angle + side), toY - 20 * Math.sin(angle + side), 4, color);
        }
    }

    private void dashedArrow(double fromX, double fromY, double toX, double toY) {
        dashes(new double[] {fromX, fromY}, new double[] {toX, toY}, ORANGE);
        head(fromX, fromY, toX, toY, ORANGE);
    }

    private void dashes(double[] from, double[] to, Color color) {
        g.setColor(color);
        g.setStroke(new BasicStroke(3, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, new float[] {10, 12}, 0));
        g.draw(new Line2D.Double(from[0], from[1], to[0], to[1]));
    }

    private void legend(int x, int y, Color color, String name) {
        line(x, y, x + 50, y, 6, color);
        text(name, x + 66, y + 9, 26, INK);
    }

    // --- drawing primitives ---

    private void fill(Paint paint) {
        g.setPaint(paint);
        g.fillRect(0, 0, WIDTH, HEIGHT);
    }

    private void glow(double x, double y, double radius, Color color) {
        Color clear = new Color(color.getRed(), color.getGreen(), color.getBlue(), 0);
        Color soft = new Color(color.getRed(), color.getGreen(), color.getBlue(), 120);
        g.setPaint(new RadialGradientPaint(
                (float) x, (float) y, (float) radius, new float[] {0, 1}, new Color[] {soft, clear}));
        g.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }

    private void dot(double x, double y, double radius, Color color) {
        g.setColor(color);
        g.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }

    private void line(double fromX, double fromY, double toX, double toY, float width, Color color) {
        g.setColor(color);
        g.setStroke(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.draw(new Line2D.Double(fromX, fromY, toX, toY));
    }

    private void title(String text, Color color) {
        g.setColor(color);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 40));
        g.drawString(text, 50, 72);
    }

    private void text(String text, double x, double y, int size, Color color) {
        g.setColor(color);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        g.drawString(text, (float) x, (float) y);
    }

    private void mono(String text, double x, double y, int size, Color color) {
        g.setColor(color);
        g.setFont(new Font(Font.MONOSPACED, Font.PLAIN, size));
        g.drawString(text, (float) x, (float) y);
    }

    private void centered(String text, double x, double y, int size, Color color) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        text(text, x - g.getFontMetrics().stringWidth(text) / 2.0, y, size, color);
    }

    private void right(String text, double x, double y, int size) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        text(text, x - g.getFontMetrics().stringWidth(text), y, size, INK);
    }

    private static Color mix(Color from, Color to, double share) {
        return new Color(
                (int) (from.getRed() + share * (to.getRed() - from.getRed())),
                (int) (from.getGreen() + share * (to.getGreen() - from.getGreen())),
                (int) (from.getBlue() + share * (to.getBlue() - from.getBlue())));
    }

    /** The axes of a chart: values to places on the picture. */
    private final class Plot {

        private final double minX;
        private final double maxX;
        private final double minY;
        private final double maxY;

        Plot(double minX, double maxX, double minY, double maxY) {
            this.minX = minX;
            this.maxX = maxX;
            this.minY = minY;
            this.maxY = maxY;
        }

        double x(double value) {
            return 100 + 1050 * (value - minX) / (maxX - minX);
        }

        double y(double value) {
            return 655 - 545 * (value - minY) / (maxY - minY);
        }

        void grid(double stepX, double stepY) {
            for (double value = minX; value <= maxX; value += stepX) {
                line(x(value), y(minY), x(value), y(maxY), 1.5f, PALE);
            }
            for (double value = Math.ceil(minY / stepY) * stepY; value <= maxY; value += stepY) {
                line(x(minX), y(value), x(maxX), y(value), 1.5f, PALE);
            }
        }

        void curve(DoubleUnaryOperator function, double from, double to, Color color) {
            g.setColor(color);
            g.setStroke(new BasicStroke(5, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            g.draw(path(function, from, to));
        }

        void area(DoubleUnaryOperator function, Color color) {
            Path2D area = path(function, minX, maxX);
            area.lineTo(x(maxX), y(minY));
            area.lineTo(x(minX), y(minY));
            area.closePath();
            g.setColor(color);
            g.fill(area);
        }

        private Path2D path(DoubleUnaryOperator function, double from, double to) {
            Path2D path = new Path2D.Double();
            path.moveTo(x(from), y(function.applyAsDouble(from)));
            for (int step = 1; step <= 200; step++) {
                double value = from + (to - from) * step / 200;
                path.lineTo(x(value), y(function.applyAsDouble(value)));
            }
            return path;
        }
    }
}
