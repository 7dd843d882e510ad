package routes.telegram;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import routes.configuration.ConfigurationException;

/**
 * @param apiId       api_id of your application, from https://my.telegram.org; 0 to disable reading Telegram live
 * @param apiHash     api_hash of your application, from the same page
 * @param sessionKey  key that encrypts the account sessions in DATA_DIR; at least 16 characters, for example from openssl rand -hex 32. A
 *     session and this key give full access to the account
 * @param testServers whether to use Telegram's test servers, which have separate accounts
 */
@ConfigurationProperties("telegram")
public record TelegramProperties(
        @DefaultValue("0") @Min(0) int apiId,
        @DefaultValue("") @Pattern(regexp = "([0-9a-fA-F]{32})?", message = "must be 32 hexadecimal digits")
                String apiHash,
        @DefaultValue("") @Pattern(regexp = "(.{16,})?", message = "must have at least 16 characters")
                String sessionKey,
        @DefaultValue("false") boolean testServers) {

    /** Whether Telegram is to be read live. */
    public boolean isConfigured() {
        return apiId != 0;
    }

    /** @throws ConfigurationException naming a setting that is missing */
    void require() {
        if (apiId == 0 || apiHash.isEmpty()) {
            throw new ConfigurationException(
                    "TELEGRAM_API_ID and TELEGRAM_API_HASH must both be set: create an application at"
                            + " https://my.telegram.org and copy its api_id and api_hash");
        }
        if (sessionKey.isEmpty()) {
            throw new ConfigurationException(
                    "TELEGRAM_SESSION_KEY must be set, because it encrypts the session of the account; create a key"
                            + " with openssl rand -hex 32 and keep it");
        }
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "TelegramProperties[apiId=" + apiId + ", testServers=" + testServers + "]";
    }
}
