package routes.embedded;

import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param url Redis 6.2 or later, or Valkey, as redis://user:password@host:port/db or rediss://…; empty: an embedded server
 */
@ConfigurationProperties("redis")
public record RedisProperties(
        @DefaultValue("")
                @Pattern(regexp = "|rediss?://.+", message = "must be redis://user:password@host:port/db or rediss://…")
                String url) {}
