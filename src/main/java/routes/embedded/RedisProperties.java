package routes.embedded;

import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param url Redis 6.2 or later, or Valkey, as redis://user:password@host:port/db or rediss://…; empty: an embedded server
 * @param caFile file in PEM format with the certificates that a rediss:// server is checked against; empty: those that Java trusts
 */
@ConfigurationProperties("redis")
public record RedisProperties(
        @DefaultValue("")
                @Pattern(regexp = "|rediss?://.+", message = "must be redis://user:password@host:port/db or rediss://…")
                String url,
        @DefaultValue("") String caFile) {}
