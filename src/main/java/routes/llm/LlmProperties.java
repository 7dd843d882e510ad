package routes.llm;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings that apply to every model provider.
 *
 * @param timeout             longest model call, from connecting to the last byte of the answer
 * @param maxPause            longest pause between two calls of a pass; a provider that asks for more rests, and the next one is called
 * @param quotaPause          how long a provider rests after its credits or quota are used up, if it does not say until when
 * @param dailyCostCap        maximum cost units a UTC day for each provider, such as 5, or for some, such as gigachat=300,openrouter=2.5;
 *                            empty for no cap
 * @param breakerWindow       passes that a circuit breaker looks back on
 * @param breakerMinimumCalls passes before a circuit breaker can open
 * @param breakerFailureRate  share of failed passes that opens a circuit breaker, in percent
 * @param breakerOpenSeconds  how long a circuit breaker stays open, in seconds; then one pass probes
 */
@ConfigurationProperties("llm")
public record LlmProperties(
        @DefaultValue("30s") @DurationMin(millis = 100) @DurationMax(minutes = 10) Duration timeout,
        @DefaultValue("60s") @DurationMin(millis = 0) @DurationMax(minutes = 10) Duration maxPause,
        @DefaultValue("1h") @DurationMin(seconds = 1) Duration quotaPause,
        @DefaultValue("")
                @Pattern(
                        regexp = "\\s*|" + LlmProperties.NUMBER + "|" + LlmProperties.CAP + "(," + LlmProperties.CAP
                                + ")*",
                        message = "must be a number, or numbers by provider such as gigachat=300,openrouter=2.5")
                String dailyCostCap,
        @DefaultValue("10") @Min(1) @Max(1000) int breakerWindow,
        @DefaultValue("10") @Min(1) @Max(1000) int breakerMinimumCalls,
        @DefaultValue("50") @Min(1) @Max(100) int breakerFailureRate,
        @DefaultValue("60") @Min(1) @Max(3600) int breakerOpenSeconds) {
    static final String NUMBER = "\\s*\\d+(\\.\\d+)?\\s*";
    static final String CAP = "\\s*[a-z0-9-]+\\s*=" + NUMBER;

    /** Cost units a day of a provider; infinite if not set. */
    double dailyCostCap(String provider) {
        for (String cap : dailyCostCap.split(",", -1)) {
            int equals = cap.indexOf('=');
            if (!cap.isBlank()
                    && (equals < 0 || cap.substring(0, equals).strip().equals(provider))) {
                return Double.parseDouble(cap.substring(equals + 1).strip());
            }
        }
        return Double.POSITIVE_INFINITY;
    }
}
