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
 * @param timeout             maximum duration of a model call, from connecting to the last byte of the response
 * @param maxPause            maximum pause between two calls of a pass; if a provider requires a longer pause, it is skipped for that
 *     time and the next one is called
 * @param quotaPause          how long a provider is skipped after its credits or quota are used up, if it does not report when they are
 *     restored
 * @param dailyCostCap        maximum cost units per UTC day for each provider, such as 5, or for some of them, such as
 *     gigachat=300,openrouter=2.5; empty for no cap
 * @param breakerWindow       number of recent passes that the circuit breaker evaluates
 * @param breakerMinimumCalls minimum number of passes before the circuit breaker can open
 * @param breakerFailureRate  percentage of failed passes that opens the circuit breaker
 * @param breakerOpenSeconds  how long the circuit breaker stays open, in seconds; after that, one pass is a probe
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
                        message = "must be a number, or one number per provider such as gigachat=300,openrouter=2.5")
                String dailyCostCap,
        @DefaultValue("10") @Min(1) @Max(1000) int breakerWindow,
        @DefaultValue("10") @Min(1) @Max(1000) int breakerMinimumCalls,
        @DefaultValue("50") @Min(1) @Max(100) int breakerFailureRate,
        @DefaultValue("60") @Min(1) @Max(3600) int breakerOpenSeconds) {
    static final String NUMBER = "\\s*\\d+(\\.\\d+)?\\s*";
    static final String CAP = "\\s*[a-z0-9-]+\\s*=" + NUMBER;

    /** Returns the maximum cost units of a provider per day; infinite if not set. */
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
