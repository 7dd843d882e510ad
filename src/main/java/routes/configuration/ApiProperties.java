package routes.configuration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param address address that the HTTP API listens on
 * @param port    port of the HTTP API
 */
@ConfigurationProperties("api")
public record ApiProperties(
        @DefaultValue("127.0.0.1") String address, @DefaultValue("8010") @Min(0) @Max(65535) int port) {}
