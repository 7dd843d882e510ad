package routes.tagging.local;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param snapshotInterval how often to check whether the words of the stored posts must be counted again
 * @param snapshotMinPosts minimum number of stored posts for the first count, and of new posts for later counts; counts from few posts
 *     mislead the local tagger
 * @param snapshotMaxPosts maximum number of posts to count, newest first
 */
@ConfigurationProperties("corpus")
public record CorpusProperties(
        @DefaultValue("1h") @DurationMin(seconds = 1) Duration snapshotInterval,
        @DefaultValue("200") @Min(10) @Max(50_000) int snapshotMinPosts,
        @DefaultValue("50000") @Min(10) @Max(1_000_000) int snapshotMaxPosts) {}
