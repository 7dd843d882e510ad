package routes.api;

import java.nio.file.Path;
import java.util.UUID;

interface ImportQueue {
    UUID queue(UUID tenant, long user, Path export);
}
