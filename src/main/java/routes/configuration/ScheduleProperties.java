package routes.configuration;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param startDelay pause between the start of a process and the first check of what is due
 */
@ConfigurationProperties("schedule")
public record ScheduleProperties(@DefaultValue("30s") Duration startDelay) {}
