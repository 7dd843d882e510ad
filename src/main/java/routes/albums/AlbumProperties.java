package routes.albums;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param timeout how long an album waits for members that are not analysed; then it is assembled without them
 * @param checkInterval how often overdue albums are looked for
 * @param recoveryInterval how often albums are looked for whose assembly failed or was interrupted
 */
@ConfigurationProperties("album")
public record AlbumProperties(
        @DefaultValue("10m") @DurationMin(seconds = 1) Duration timeout,
        @DefaultValue("15s") @DurationMin(seconds = 1) Duration checkInterval,
        @DefaultValue("5s") @DurationMin(seconds = 1) Duration recoveryInterval) {}
