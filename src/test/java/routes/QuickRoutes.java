package routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A configuration folder with built-in routes that deliver failed entries again sooner: tests need not wait as long as hosts do. */
final class QuickRoutes {
    private static final Path BUILT_IN = Path.of("src/main/resources/routes");

    private QuickRoutes() {}

    /**
     * Copies route files, unchanged except for the delay before the first repetition of a failed delivery.
     *
     * @param millis the delay in all consumers of the files
     * @return the value of {@code config.dir}
     */
    static Path in(Path folder, int millis, String... files) {
        Path config = folder.resolve("quick-config");
        try {
            Path routes = Files.createDirectories(config.resolve("routes"));
            for (String file : files) {
                String text = Files.readString(BUILT_IN.resolve(file));
                String quick = text.replaceAll("\n +backoffInitial: .*", "")
                        .replaceAll("(\n +)(group: \\S+)", "$1$2$1backoffInitial: \"" + millis + "\"");
                if (quick.equals(text)) {
                    throw new IllegalArgumentException(file + " has no consumer group");
                }
                Files.writeString(routes.resolve(file), quick);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return config;
    }
}
