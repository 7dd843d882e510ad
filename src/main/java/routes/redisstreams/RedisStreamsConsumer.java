package routes.redisstreams;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;
import routes.redis.StreamAdmin;

/** Consumes a stream as a member of a consumer group. */
@ManagedResource(description = "Managed Redis Streams Consumer")
public class RedisStreamsConsumer extends DefaultConsumer implements Suspendable, ShutdownAware {

    /** One session per key of the stream. */
    private volatile List<ConsumerSession> sessions = List.of();

    public RedisStreamsConsumer(RedisStreamsEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
    }

    /** Readiness check: up if the consumer is connected to Redis, has its group and its name, and is reading. */
    private final class Readiness extends AbstractHealthCheck {
        Readiness() {
            super("camel", "redis-streams-consumer-" + getRouteId());
        }

        @Override
        public boolean isLiveness() {
            return false;
        }

        @Override
        protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
            builder.detail("stream", getStream());
            // an unqualified getGroup() would be the health check's
            builder.detail("group", RedisStreamsConsumer.this.getGroup());
            builder.detail("route.id", getRouteId());
            if (!getPausedBecause().isEmpty()) {
                builder.detail("paused", getPausedBecause());
            }
            String problem = notReadyBecause();
            if (problem == null) {
                builder.up();
            } else {
                builder.message(problem).down();
            }
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        setHealthCheck(new Readiness());
        sessions = getEndpoint().streamGroups().stream()
                .map(group -> new ConsumerSession(this, group))
                .toList();
        sessions.forEach(ConsumerSession::start);
    }

    @Override
    protected void doSuspend() {
        sessions.forEach(ConsumerSession::suspend);
    }

    @Override
    protected void doResume() {
        sessions.forEach(ConsumerSession::resume);
    }

    @Override
    protected void doStop() throws Exception {
        sessions.forEach(ConsumerSession::stop);
        super.doStop();
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    /** Returns the number of exchanges that a graceful stop waits for. */
    @Override
    public int getPendingExchangesSize() {
        return sum(ConsumerSession::pending);
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        // nothing to prepare: doSuspend has stopped the reading
    }

    @Override
    public RedisStreamsEndpoint getEndpoint() {
        return (RedisStreamsEndpoint) super.getEndpoint();
    }

    /** Returns why the consumer does not read; null if it reads, is paused or is not started. */
    String notReadyBecause() {
        return isStarted()
                ? sessions.stream()
                        .map(RedisStreamsConsumer::notReadyBecause)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null)
                : null;
    }

    private static String notReadyBecause(ConsumerSession session) {
        String problem = session.reader.problem();
        if (problem != null) {
            return "Redis is unavailable: " + problem;
        }
        if (session.reader.pausedBecause() != null) {
            return null;
        }
        String outage = session.held.outage();
        if (outage != null) {
            return "Paused because a dependency is unavailable: " + outage;
        }
        return session.reader.isReading() ? null : "Fetching pending entries, or waiting for a consumer name";
    }

    private StreamAdmin admin() {
        return new StreamAdmin(getEndpoint().getComponent().link());
    }

    @ManagedOperation(
            description =
                    "Pause all consumers of the group in all processes until resumeGroup is called, also across restarts."
                            + " Running exchanges are finished")
    public void pauseGroup(String reason) {
        getEndpoint().streamGroups().forEach(group -> admin().pause(group, reason));
    }

    @ManagedOperation(description = "Resume a group paused by pauseGroup; returns true if it was paused")
    public boolean resumeGroup() {
        // resumes every key; anyMatch would stop at the first paused key
        return getEndpoint().streamGroups().stream().filter(admin()::resume).count() > 0;
    }

    @ManagedAttribute(description = "Reason given to pauseGroup; empty if the group is not paused")
    public String getPausedBecause() {
        return sessions.stream()
                .map(session -> session.reader.pausedBecause())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
    }

    private int sum(ToIntFunction<ConsumerSession> number) {
        return sessions.stream().mapToInt(number).sum();
    }

    private long count(Outcome outcome) {
        return sessions.stream()
                .mapToLong(session -> session.outcomes.of(outcome))
                .sum();
    }

    @ManagedAttribute(description = "Stream name")
    public String getStream() {
        return getEndpoint().getConfiguration().getName();
    }

    @ManagedAttribute(description = "Redis key of the stream")
    public String getKey() {
        return getEndpoint().key();
    }

    @ManagedAttribute(description = "Consumer group")
    public String getGroup() {
        return getEndpoint().getConfiguration().getGroup();
    }

    @ManagedAttribute(description = "Consumer name in the group; empty until it is leased")
    public String getConsumerName() {
        return sessions.stream()
                .findFirst()
                .flatMap(session -> session.name.get())
                .orElse("");
    }

    @ManagedAttribute(description = "Whether the consumer reads new entries")
    public boolean isReading() {
        return !sessions.isEmpty() && sessions.stream().allMatch(session -> session.reader.isReading());
    }

    @ManagedAttribute(description = "Why the consumer does not read; empty if it reads")
    public String getProblem() {
        String problem = notReadyBecause();
        return problem == null ? "" : problem;
    }

    @ManagedAttribute(description = "Number of entries in memory: waiting, being processed or being completed")
    public int getInFlight() {
        return sum(session -> session.held.inFlight());
    }

    @ManagedAttribute(description = "Number of entries waiting for redelivery")
    public int getParked() {
        return sum(session -> session.held.parked());
    }

    @ManagedAttribute(
            description = "Number of parked entries that failed, without those that only wait for a resource in use")
    public int getFailing() {
        return sum(session -> session.held.failing());
    }

    @ManagedAttribute(description = "Number of completed entries")
    public long getCompleted() {
        return count(Outcome.COMPLETED);
    }

    @ManagedAttribute(description = "Number of failed deliveries that are retried")
    public long getFailed() {
        return count(Outcome.FAILED);
    }

    @ManagedAttribute(description = "Number of entries that became dead letters")
    public long getDeadLettered() {
        return count(Outcome.DEAD_LETTERED);
    }

    @ManagedAttribute(description = "Number of pending entries that were deleted from the stream")
    public long getLostEntries() {
        return count(Outcome.LOST_ENTRY);
    }

    @ManagedAttribute(description = "Number of entries claimed from other consumers")
    public long getClaimed() {
        return count(Outcome.CLAIMED);
    }

    @ManagedAttribute(
            description = "Number of entries that belonged to another consumer by the time they were completed")
    public long getStale() {
        return count(Outcome.STALE);
    }
}
