package routes.embedded;

import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param url PostgreSQL as postgresql://user:password@host:port/db or jdbc:postgresql://…; empty: an embedded server
 */
@ConfigurationProperties("database")
public record DatabaseProperties(
        @DefaultValue("")
                @Pattern(
                        regexp = "|(jdbc:)?postgres(ql)?(\\+\\w+)?://.+",
                        message = "must be postgresql://user:password@host:port/db or jdbc:postgresql://…")
                String url) {}
