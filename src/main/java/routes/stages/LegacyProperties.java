package routes.stages;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param redisConsumerEnabled whether each stage also reads the Redis keys of the prior system, such as posts.parsed; must be the same in
 *     all processes
 */
@ConfigurationProperties("legacy")
public record LegacyProperties(@DefaultValue("false") boolean redisConsumerEnabled) {}
