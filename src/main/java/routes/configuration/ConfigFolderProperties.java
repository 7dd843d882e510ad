package routes.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param dir folder of the files that integrators and operators edit: policies, prompts, route overrides
 */
@ConfigurationProperties("config")
public record ConfigFolderProperties(@DefaultValue("config") Path dir) {

    /**
     * The text of a file of the folder, or of the one that ships with the program if there is none.
     *
     * @throws ConfigurationException if neither can be read
     */
    public String read(String name) {
        Path file = dir.resolve(name);
        try {
            if (Files.exists(file)) {
                return Files.readString(file);
            }
            try (InputStream shipped = getClass().getResourceAsStream("/default-config/" + name)) {
                if (shipped == null) {
                    throw new ConfigurationException(file + ": the file does not exist; set CONFIG_DIR to its folder");
                }
                return new String(shipped.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new ConfigurationException(file + ": cannot be read (" + e + ")", e);
        }
    }
}
