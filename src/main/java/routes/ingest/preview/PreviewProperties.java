package routes.ingest.preview;

import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How public channels are read without an account. How far back and how often is set for all channels, by {@code PARSER_…}.
 *
 * @param enabled      whether to read channels from their public preview while no Telegram account is signed in
 * @param url          base address of the previews, without a trailing slash
 * @param requestDelay minimum delay between two page requests, across all processes
 */
@ConfigurationProperties("preview")
public record PreviewProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("https://t.me")
                @Pattern(regexp = "https?://[^/?#\\s]+", message = "must be a URL without a path, such as https://t.me")
                String url,
        @DefaultValue("2s") @DurationMin(millis = 0) @DurationMax(minutes = 10) Duration requestDelay) {}
