package routes.configuration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param address address that metrics and health are served on
 * @param port    port of metrics and health
 */
@ConfigurationProperties("management")
public record ManagementProperties(
        @DefaultValue("127.0.0.1") String address, @DefaultValue("8001") @Min(0) @Max(65535) int port) {}
