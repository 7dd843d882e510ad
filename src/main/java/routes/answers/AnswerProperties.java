package routes.answers;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param providers      answer providers in call order, as in TAGGING_PROVIDERS; providers without credentials are skipped
 * @param checkProviders providers that check whether a sentence follows from its sources and that complete follow-up questions; empty to
 *     disable both
 * @param verify         when a model checks the sentences of another model: when-needed (only if the wording alone does not prove the
 *     support), always or never
 * @param timeBudget     maximum time for an answer; if no model has answered by then, the answer is extractive
 * @param maxConcurrent  maximum number of questions that a process answers at a time; further questions are rejected with status 429
 * @param maxContext     maximum number of characters from posts sent to a model
 * @param maxSources     maximum number of sources of an answer, unless the question sets its own limit
 * @param threadLifetime how long a follow-up question can refer to earlier questions
 * @param keepFor        how long questions are stored
 */
@ConfigurationProperties("answer")
public record AnswerProperties(
        @DefaultValue({"gigachat", "openrouter", "local"})
                List<@Pattern(regexp = AnswerProperties.NAME, message = "must be names of providers") String> providers,
        @DefaultValue({"gigachat", "openrouter"})
                List<@Pattern(regexp = AnswerProperties.NAME, message = "must be names of providers") String>
                        checkProviders,
        @DefaultValue("when-needed")
                @Pattern(regexp = "when-needed|always|never", message = "must be one of when-needed, always, never")
                String verify,
        @DefaultValue("60s") @DurationMin(seconds = 1) @DurationMax(minutes = 10) Duration timeBudget,
        @DefaultValue("8") @Min(1) @Max(1000) int maxConcurrent,
        @DefaultValue("6000") @Min(500) @Max(50_000) int maxContext,
        @DefaultValue("5") @Min(1) @Max(20) int maxSources,
        @DefaultValue("24h") @DurationMin(minutes = 1) @DurationMax(days = 30) Duration threadLifetime,
        @DefaultValue("90d") @DurationMin(hours = 1) @DurationMax(days = 3650) Duration keepFor) {
    static final String NAME = "\\s*([a-z0-9][a-z0-9-]*\\s*)?";
}
