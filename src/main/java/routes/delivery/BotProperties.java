package routes.delivery;

import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param token         token of the bot that delivers digests, as @BotFather shows it; without it there is no bot
 * @param url           address of the Bot API, without a slash at the end
 * @param pollTimeout   how long one request waits for messages to the bot
 * @param timeout       longest time for sending a message; whether a message that takes longer has arrived is unknown, so it is not sent again
 * @param deliverWithin a digest that could not be sent for so long is not sent any more
 */
@ConfigurationProperties("telegram.bot")
public record BotProperties(
        @DefaultValue("")
                @Pattern(
                        regexp = "([0-9]{1,18}:[A-Za-z0-9_-]{20,100})?",
                        message = "must be a token of @BotFather, as 123456789:AAF…")
                String token,
        @DefaultValue("https://api.telegram.org")
                @Pattern(
                        regexp = "https?://[^\\s?#]*[^\\s?#/]",
                        message = "must be an address such as https://host, without a slash at its end")
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
