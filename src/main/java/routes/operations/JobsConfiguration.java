package routes.operations;

import jakarta.validation.constraints.Min;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.events.EventStream;
import routes.events.StreamCatalog;
import routes.outbox.OutboxProperties;
import routes.outbox.OutboxRelay;
import routes.posts.TaggingRequests;
import routes.redis.StreamAdmin;
import routes.schedule.Job;
import routes.stages.StreamKeys;

/** The jobs that belong to no stage, and their settings. */
@Configuration(proxyBeanMethods = false)
class JobsConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(JobsConfiguration.class);
    private static final int PRUNE_BATCH = 1_000;

    /** Maximum number of batches per run: rows keep expiring, so a run might never end. */
    private static final int MAX_PRUNE_BATCHES = 1_000;

    private static final int MAX_RETRIED_POSTS = 100;

    /**
     * @param maxlen       number of entries that a stream keeps for replay; older entries are removed once every group has processed them
     * @param trimInterval how often streams are trimmed
     */
    @ConfigurationProperties("redis.stream")
    record StreamProperties(
            @DefaultValue("100000") @Min(1) long maxlen,
            @DefaultValue("10m") @DurationMin(seconds = 1) Duration trimInterval) {}

    /** Removes old published events from the outbox in small transactions. */
    @Bean
    Job outboxPruneJob(OutboxRelay outbox, OutboxProperties properties, Clock clock) {
        return Job.of("outbox-prune", () -> {
            Instant olderThan = clock.instant().minus(properties.keep());
            long removed = 0;
            int last = PRUNE_BATCH;
            for (int batch = 0; batch < MAX_PRUNE_BATCHES && last == PRUNE_BATCH; batch++) {
                last = outbox.prune(olderThan, PRUNE_BATCH);
                removed += last;
            }
            LOG.debug("{} published events removed from the outbox", removed);
        });
    }

    /**
     * Trims the streams; no other code does. Keeps entries for the catalogue groups of implemented stages, served or not, and for the
     * groups that routes of this process serve. Dead letters are not trimmed.
     */
    @Bean
    Job streamTrimJob(
            StreamAdmin streams,
            StreamCatalog catalog,
            StreamKeys keys,
            StreamConsumers consumers,
            StreamProperties properties) {
        return Job.of("stream-trim", () -> {
            // after Redis was flushed, the groups of stages that no process runs are missing; without them, nothing
            // would be trimmed or
            // reported as waiting
            streams.ensureGroups(keys.groups());
            for (EventStream stream : catalog.streams()) {
                Set<String> needed = new LinkedHashSet<>(catalog.servedGroups(stream));
                consumers.list().stream()
                        .filter(one -> one.stream().equals(stream.name()))
                        .forEach(one -> needed.add(one.group()));
                for (String key : keys.of(stream)) {
                    var trimmed = streams.trim(key, needed, properties.maxlen());
                    LOG.debug("{}: {}", key, trimmed);
                }
            }
        });
    }

    /** Retries posts whose tagging was lost: no event is in flight and no one requested a retry. */
    @Bean
    Job taggingRetryJob(TaggingRequests requests) {
        return Job.of("tagging-retry", () -> {
            int queued = requests.retryStale(MAX_RETRIED_POSTS);
            if (queued > 0) {
                LOG.info("Requested tagging again for {} posts in the status pending or retrying", queued);
            }
        });
    }
}
