package routes.routefiles;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.spi.RecoverableAggregationRepository;
import routes.events.PostTagged;
import routes.routefiles.RouteFiles.RouteSet;
import routes.stages.EventRoutes;

/** The sample route files and what they may refer to. */
final class Samples {

    static final Path FOLDER = Path.of("src/test/resources/routefiles");

    private Samples() {}

    /** A bean as routes call it. */
    public static final class Tagger {
        public Tagger(String made) {
            throw new IllegalStateException("Validation makes no beans: " + made);
        }

        public String tag(String text) {
            return text;
        }

        public String key(String text) {
            return text;
        }
    }

    /** Makes an event. */
    public interface Maker {
        PostTagged make(Object body);
    }

    /** Merges, in the way of a plain object. */
    public static final class Albums {
        public Object merge(Object old, Object added) {
            return old == null ? added : old;
        }
    }

    /** Records failures. */
    public interface Ledger {
        void failed(Exchange exchange);
    }

    static RouteEnvironment environment() {
        Map<String, String> properties =
                Map.of("tagging.concurrency", "4", "tagging.label-text", "tagged by {{tagging.concurrency}}");
        return new RouteEnvironment(
                Map.of(
                        "tagger", Tagger.class,
                        "stamp", Processor.class,
                        "albums", Albums.class,
                        "ledger", Ledger.class,
                        "events", EventRoutes.class,
                        "maker", Maker.class,
                        "idempotency", IdempotentRepository.class,
                        "albumRepository", RecoverableAggregationRepository.class,
                        "memoryRepository", MemoryAggregationRepository.class),
                properties::get,
                Set.of("posts.parsed", "posts.tagged", "posts.vision.uploaded", "posts.vision.analyzed"));
    }

    /** With metadata of {@code redis-streams}, which the component itself brings later. */
    static ClassLoader classPath() {
        try {
            URL component = FOLDER.resolve("component").toUri().toURL();
            return new URLClassLoader(new URL[] {component}, Samples.class.getClassLoader());
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All route files below a folder, or the one file; located by their path in the folder of the sample. */
    static RouteSet set(Path sample) {
        try (Stream<Path> files = Files.walk(sample)) {
            List<RouteFile> found = files.filter(Files::isRegularFile)
                    .sorted()
                    .map(file -> file(sample, file))
                    .toList();
            return new RouteSet(found, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RouteFile file(Path sample, Path file) {
        Path folder = Files.isDirectory(sample) ? sample : sample.getParent();
        String name = folder.relativize(file).toString();
        String location = sample.getParent().relativize(file).toString();
        try {
            return new RouteFile(name, RouteFile.Origin.BUILT_IN, location, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
