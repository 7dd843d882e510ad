package routes.vectorindex.lucene;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param commitPause minimum time between two commits of the vector index. A longer pause means fewer commits but slower writes; a write
 *     after a pause is committed immediately
 * @param commitPosts number of pending posts that triggers an immediate commit
 */
@ConfigurationProperties("index")
public record IndexProperties(
        @DefaultValue("50ms") @DurationMin(millis = 0) @DurationMax(seconds = 1) Duration commitPause,
        @DefaultValue("128") @Min(1) @Max(10_000) int commitPosts) {

    static final IndexProperties DEFAULTS = new IndexProperties(Duration.ofMillis(50), 128);
}
