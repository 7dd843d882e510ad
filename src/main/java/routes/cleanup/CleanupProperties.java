package routes.cleanup;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param interval how often expired posts are looked for
 */
@ConfigurationProperties("cleanup")
public record CleanupProperties(@DefaultValue("1h") @DurationMin(seconds = 1) Duration interval) {}
