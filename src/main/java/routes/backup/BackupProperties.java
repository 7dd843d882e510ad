package routes.backup;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** @param dir directory for backups that are requested through the API, the page /admin or JMX */
@ConfigurationProperties("backup")
public record BackupProperties(@DefaultValue("${data.dir}/backups") Path dir) {}
