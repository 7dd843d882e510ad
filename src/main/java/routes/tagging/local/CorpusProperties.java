package routes.tagging.local;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param snapshotInterval how often it is looked whether words of stored posts are to be counted again
 * @param snapshotMinPosts posts that must be stored, and later be new, before words are counted; counts of few posts mislead the local
 *     tagger
 * @param snapshotMaxPosts newest posts that are counted at most
 */
@ConfigurationProperties("corpus")
public record CorpusProperties(
        @DefaultValue("1h") @DurationMin(seconds = 1) Duration snapshotInterval,
        @DefaultValue("200") @Min(10) @Max(50_000) int snapshotMinPosts,
        @DefaultValue("50000") @Min(10) @Max(1_000_000) int snapshotMaxPosts) {}
