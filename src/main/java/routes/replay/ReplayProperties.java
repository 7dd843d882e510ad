package routes.replay;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** @param rate maximum number of entries that a process republishes per second */
@ConfigurationProperties("replay")
public record ReplayProperties(@DefaultValue("100") @Min(1) @Max(10_000) int rate) {}
