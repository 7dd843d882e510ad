package routes.delivery;

import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param token         token of the bot that delivers digests, from @BotFather; empty for no bot
 * @param url           address of the Bot API, without a trailing slash
 * @param pollTimeout   how long one long-polling request waits for messages to the bot
 * @param timeout       maximum time to send a message; a message that takes longer is not sent again, because it may have been delivered
 * @param deliverWithin maximum age of an unsent digest; an older one is not sent
 */
@ConfigurationProperties("telegram.bot")
public record BotProperties(
        @DefaultValue("")
                @Pattern(
                        regexp = "([0-9]{1,18}:[A-Za-z0-9_-]{20,100})?",
                        message = "must be a token of @BotFather, such as 123456789:AAF…")
                String token,
        @DefaultValue("https://api.telegram.org")
                @Pattern(
                        regexp = "https?://[^\\s?#]*[^\\s?#/]",
                        message = "must be a URL such as https://host, without a trailing slash")
                String url,
        @DefaultValue("25s") @DurationMin(millis = 0) @DurationMax(seconds = 50) Duration pollTimeout,
        @DefaultValue("30s") @DurationMin(millis = 100) @DurationMax(minutes = 2) Duration timeout,
        @DefaultValue("1d") @DurationMin(minutes = 1) Duration deliverWithin) {

    public boolean hasBot() {
        return !token.isEmpty();
    }

    /** The number of the bot; 0 without one. */
    long botId() {
        return hasBot() ? Long.parseLong(token.substring(0, token.indexOf(':'))) : 0;
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "BotProperties[bot=" + botId() + ", url=" + url + "]";
    }
}
