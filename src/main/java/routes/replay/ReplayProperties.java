package routes.replay;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** @param rate entries that a process publishes again per second; more wait */
@ConfigurationProperties("replay")
public record ReplayProperties(@DefaultValue("100") @Min(1) @Max(10_000) int rate) {}
