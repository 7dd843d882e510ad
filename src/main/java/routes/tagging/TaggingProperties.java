package routes.tagging;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param providers   providers in the order they are asked; so far there is one
 * @param minChars    shorter texts are not tagged, in characters without surrounding blanks
 * @param maxTags     most tags of a post
 * @param maxAttempts passes through all providers before a post is given up as failed
 */
@ConfigurationProperties("tagging")
public record TaggingProperties(
        @DefaultValue("local") @NotEmpty List<@Pattern(regexp = "local", message = "must be local") String> providers,
        @DefaultValue("1") @Min(1) @Max(10_000) int minChars,
        @DefaultValue("5") @Min(1) @Max(20) int maxTags,
        @DefaultValue("5") @Min(1) @Max(100) int maxAttempts) {}
