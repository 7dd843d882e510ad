package routes.ingest;

import java.io.IOException;
import java.nio.file.Path;

/** Opens what somebody wants to import. */
@FunctionalInterface
public interface Sources {
    /**
     * @param path a file or a folder, as the user gave it
     * @throws IOException if there is nothing that can be read, with a message for that user
     */
    Source open(Path path) throws IOException;
}
