package routes.api;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/**
 * @param path relative to the import folder
 */
record NewImport(@NotNull @Size(min = 1, max = 1000) String path) {}
