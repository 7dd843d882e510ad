package routes.albums;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param timeout how long an album waits for unanalysed members; after that it is assembled without them
 * @param checkInterval how often to check for overdue albums
 * @param recoveryInterval how often to check for albums whose assembly failed or was interrupted
 */
@ConfigurationProperties("album")
public record AlbumProperties(
        @DefaultValue("10m") @DurationMin(seconds = 1) Duration timeout,
        @DefaultValue("15s") @DurationMin(seconds = 1) Duration checkInterval,
        @DefaultValue("5s") @DurationMin(seconds = 1) Duration recoveryInterval) {}
