package routes.api.access;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param keys      keys that may call the API, as name:sha256:tenant:role (reader, operator or admin), separated by commas; --make-key makes one. Empty: no key is needed, and only loopback addresses are allowed
 * @param rateLimit requests per minute and key; further requests get status 429
 */
@ConfigurationProperties("api")
record AccessProperties(
        @DefaultValue @ApiKeys.Entries List<String> keys,
        @DefaultValue("1200") @Min(1) @Max(1_000_000) int rateLimit) {}
