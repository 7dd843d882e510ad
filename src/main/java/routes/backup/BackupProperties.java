package routes.backup;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** @param dir folder that back-ups are written to when they are asked for over the API, the page or JMX */
@ConfigurationProperties("backup")
public record BackupProperties(@DefaultValue("${data.dir}/backups") Path dir) {}
