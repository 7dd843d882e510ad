package routes.api.access;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param keys      comma-separated API keys as name:sha256:tenant:role, where role is reader, operator or admin; --make-key creates one.
 *     If empty, no key is required, and API_ADDRESS must be a loopback address
 * @param rateLimit maximum number of requests per minute and key; further requests get status 429
 */
@ConfigurationProperties("api")
record AccessProperties(
        @DefaultValue @ApiKeys.Entries List<String> keys,
        @DefaultValue("1200") @Min(1) @Max(1_000_000) int rateLimit) {}
