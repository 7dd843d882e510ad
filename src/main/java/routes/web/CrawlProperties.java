package routes.web;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings that apply to every page that is fetched.
 *
 * @param allowedPorts         ports of web servers that the crawler may connect to
 * @param allowPrivateNetworks whether the crawler may connect to private networks and to any port; for intranet crawling
 * @param timeout              maximum time to fetch a page, from DNS lookup to the last byte, including redirects
 * @param connectTimeout       maximum time to connect, including the TLS handshake
 * @param maxBytes             maximum size of a page, before and after decompression; larger pages are rejected
 * @param maxRedirects         maximum number of redirects followed per page
 * @param hostDelay            minimum delay between two requests to the same host, across all processes; robots.txt can set a longer delay
 * @param userAgent            User-Agent header of the crawler; robots.txt rules match the name before the slash
 * @param privatePages         comma-separated URL prefixes that may be fetched although they are in a private network, such as
 *     http://127.0.0.1:8010/demo/; scheme, host, port and path must match exactly. --demo adds the pages that the program serves itself
 */
@ConfigurationProperties("crawl")
public record CrawlProperties(
        @DefaultValue({"80", "443"}) @NotEmpty Set<@Min(1) @Max(65535) Integer> allowedPorts,
        @DefaultValue("false") boolean allowPrivateNetworks,
        @DefaultValue("15s") @DurationMin(millis = 100) @DurationMax(minutes = 5) Duration timeout,
        @DefaultValue("5s") @DurationMin(millis = 100) @DurationMax(minutes = 1) Duration connectTimeout,
        @DefaultValue("10485760") @Min(1024) @Max(104857600) int maxBytes,
        @DefaultValue("5") @Min(0) @Max(20) int maxRedirects,
        @DefaultValue("500ms") @DurationMin(millis = 0) @DurationMax(minutes = 1) Duration hostDelay,
        @DefaultValue("TelegramAssistant/1.0")
                @Pattern(
                        regexp = "[A-Za-z_-]+(/[\\x21-\\x7e]+)?( [\\x20-\\x7e]*)?",
                        message =
                                "must begin with a name that consists of letters, such as MyCrawler/1.0 (+https://example.org)")
                String userAgent,
        @DefaultValue
                Set<
                                @Pattern(
                                        regexp = "https?://[^/@?#\\s]+/([A-Za-z0-9._~-]+/)*",
                                        message =
                                                "must be a URL that ends with a slash, such as http://10.0.0.5:8080/wiki/")
                                String>
                        privatePages) {

    /** Returns the product token of RFC 9309. */
    String robotName() {
        return userAgent.split("[/ ]", 2)[0];
    }
}
