package routes.ingest.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.core.io.ClassPathResource;

/**
 * The demo channel in the jar. Entries of a jar are not files, and not every packaging can list them. The file {@value #INDEX} in
 * the same folder therefore contains their names, one per line.
 *
 * @param folder on the class path, such as {@code /demo}
 */
public record DemoExport(String folder) {
    private static final String INDEX = "index.txt";
    private static final String POSTS = "result.json";
    /** Default address of the demo pages. */
    private static final String PAGES = "http://127.0.0.1:8010/demo/";

    /**
     * Unpacks the demo and replaces the demo of an earlier version.
     *
     * @param data folder in which the folder {@code demo} is created
     * @param pages base address of the pages that posts link to, with a trailing slash
     * @return the folder {@code demo}, to be imported
     */
    public Path unpack(Path data, String pages) throws IOException {
        Path target = data.resolve("demo").toAbsolutePath().normalize();
        for (String name : resource(INDEX).getContentAsString(UTF_8).split("\\R")) {
            Path file = target.resolve(name);
            Files.createDirectories(file.getParent());
            try (InputStream content = resource(name).getInputStream()) {
                Files.copy(content, file, REPLACE_EXISTING);
            }
        }
        Path posts = target.resolve(POSTS);
        Files.writeString(posts, Files.readString(posts).replace(PAGES, pages));
        return target;
    }

    private ClassPathResource resource(String name) {
        return new ClassPathResource(folder + "/" + name);
    }
}
