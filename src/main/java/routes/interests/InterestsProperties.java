package routes.interests;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param interval how often the interests of users are recomputed
 */
@ConfigurationProperties("interests")
record InterestsProperties(@DefaultValue("15m") @DurationMin(seconds = 1) Duration interval) {}
