package routes.configuration;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param dir folder of all persistent data: embedded services, media, index
 */
@ConfigurationProperties("data")
public record DataProperties(@DefaultValue("data") Path dir) {}
