package routes.ingest.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The demo channel that ships inside the jar. A jar's entries are not files and not every packaging can list them, so the file
 * {@value #INDEX} next to them contains their names, one per line.
 */
public final class DemoExport {
    static final String INDEX = "index.txt";

    private final String folder;

    /**
     * @param folder absolute path on the class path, such as {@code /demo}
     */
    public DemoExport(String folder) {
        this.folder = folder;
    }

    /**
     * Unpacks the demo and replaces that of an earlier version.
     *
     * @param data where the folder {@code demo} is created
     * @return that folder, to be imported
     */
    public Path unpack(Path data) throws IOException {
        Path target = data.resolve("demo").toAbsolutePath().normalize();
        for (String name : names()) {
            Path file = target.resolve(name).normalize();
            if (!file.startsWith(target)) {
                throw new IOException(folder + "/" + INDEX + " names " + name + ", which is outside of the demo");
            }
            Files.createDirectories(file.getParent());
            try (InputStream content = open(name)) {
                Files.copy(content, file, REPLACE_EXISTING);
            }
        }
        return target;
    }

    private List<String> names() throws IOException {
        try (InputStream index = open(INDEX)) {
            return new String(index.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        }
    }

    private InputStream open(String name) throws FileNotFoundException {
        InputStream content = DemoExport.class.getResourceAsStream(folder + "/" + name);
        if (content == null) {
            throw new FileNotFoundException(
                    "The demo is incomplete: " + folder + "/" + name + " is not on the class path");
        }
        return content;
    }
}
