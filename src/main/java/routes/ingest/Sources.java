package routes.ingest;

import java.io.IOException;
import java.nio.file.Path;

/** Opens what a user wants to import. */
@FunctionalInterface
public interface Sources {
    /**
     * @param path a file or a folder, as the user gave it
     * @throws IOException if there is nothing readable, with a message for the user
     */
    Source open(Path path) throws IOException;
}
