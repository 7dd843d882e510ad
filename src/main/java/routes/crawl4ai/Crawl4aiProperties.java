package routes.crawl4ai;

import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param url      address of a crawl4ai server, version 0.9.4 or later, such as http://127.0.0.1:11235; empty to use the built-in fetcher
 *     only. The network of the server must not reach private services
 * @param apiToken CRAWL4AI_API_TOKEN of the server; versions before 0.9 ignore it
 * @param timeout  maximum duration of a call, including the browser
 */
@ConfigurationProperties("crawl4ai")
public record Crawl4aiProperties(
        @DefaultValue("")
                @Pattern(
                        regexp = "|https?://[^\\s?#]+",
                        message = "must start with http:// or https://, without a query")
                String url,
        @DefaultValue("") String apiToken,
        @DefaultValue("40s") @DurationMin(seconds = 1) @DurationMax(minutes = 5) Duration timeout) {

    String endpoint(String path) {
        return url.replaceFirst("/+$", "") + path;
    }
}
