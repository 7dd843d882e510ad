package routes.configuration;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param dir directory of the files that integrators and operators edit: policies, prompts and route overrides
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
                    throw new ConfigurationException(
                            file + ": the file does not exist; set CONFIG_DIR to the folder that contains it");
                }
                return new String(shipped.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new ConfigurationException(file + ": cannot be read (" + e + ")", e);
        }
    }

    /**
     * A YAML file of the folder as a record whose fields all have to be there, in snake case.
     *
     * @param file for messages
     * @throws ConfigurationException with line and column if the text does not fit the record
     */
    public static <T> T yaml(String file, String text, Class<T> type) {
        YAMLMapper yaml = YAMLMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                        DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .build();
        try {
            return yaml.readValue(text, type);
        } catch (UnrecognizedPropertyException e) {
            // detected when the whole record is built, so the position in the text is unknown
            throw new ConfigurationException(
                    file + ": unknown field '" + e.getPropertyName() + "', known fields are " + e.getKnownPropertyIds(),
                    e);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new ConfigurationException(file + where + ": " + e.getOriginalMessage(), e);
        }
    }
}
