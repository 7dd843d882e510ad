package routes.posts;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param ttlDays days until a post expires, counted from the later of posting and saving; 0 for never
 */
@ConfigurationProperties("post")
public record PostProperties(@DefaultValue("90") @Min(0) @Max(36_500) int ttlDays) {}
