package routes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import routes.benchmark.GeneratedPosts;
import routes.embeddings.LocalEmbeddings;
import routes.ingest.ImportService;
import routes.operations.RunOptions;
import routes.text.SearchWords;
import routes.text.TextAnalysis;

/**
 * Import of a big export by a process that only imports and relays the outbox. Arguments: megabytes of {@code result.json} (1000).
 */
public final class ImportBenchmark {
    private static final int BYTES_PER_MEGABYTE = 1_000_000;

    private ImportBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        long bytes = BYTES_PER_MEGABYTE * (arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000);
        Path folder = Files.createTempDirectory("import-benchmark");
        try (ConfigurableApplicationContext application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + folder.resolve("data"),
                "--api.port=0",
                "--management.port=0",
                "--pipeline.routes=ingest"))) {
            Path export = folder.resolve("result.json");
            int posts = write(export, bytes);
            measure(application.getBean(ImportService.class), export, posts);
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static int write(Path file, long bytes) throws Exception {
        GeneratedPosts texts = new GeneratedPosts(new LocalEmbeddings(new TextAnalysis(new SearchWords())));
        int id = 0;
        long written = 0;
        try (BufferedWriter out = Files.newBufferedWriter(file, UTF_8)) {
            out.write("{\"name\": \"Канал\", \"type\": \"public_channel\", \"id\": 7007, \"messages\": [\n");
            while (written < bytes) {
                String text = texts.text(id);
                String message = (id > 0 ? ",\n" : "")
                        + "{\"id\": %d, \"type\": \"message\", \"date\": \"2025-11-01T12:00:00\", \"date_unixtime\": \"%d\","
                                .formatted(id + 1, 1_600_000_000L + id * 60L)
                        + " \"from\": \"Канал\", \"from_id\": \"channel7007\", \"text\": \"%s\",".formatted(text)
                        + " \"text_entities\": [{\"type\": \"plain\", \"text\": \"%s\"}]}".formatted(text);
                out.write(message);
                written += message.getBytes(UTF_8).length;
                id++;
            }
            out.write("]}");
        }
        return id;
    }

    private static void measure(ImportService imports, Path export, int posts) throws Exception {
        var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
        long since = System.nanoTime();
        long cpu = process.getProcessCpuTime();
        UUID id = imports.submit(1, new UUID(0, 1), export);
        while (!imports.find(id).orElseThrow().isOver()) {
            TimeUnit.MILLISECONDS.sleep(500);
        }
        double seconds = (System.nanoTime() - since) / 1e9;
        long heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
        System.out.printf(
                Locale.ROOT,
                "%d posts in %.0f s: %.1f MB/s, %.0f posts/s, CPU of the JVM %.2f ms/post, heap at most %d MB%n",
                posts,
                seconds,
                Files.size(export) / 1e6 / seconds,
                posts / seconds,
                (process.getProcessCpuTime() - cpu) / 1e6 / posts,
                heap >> 20);
    }
}
