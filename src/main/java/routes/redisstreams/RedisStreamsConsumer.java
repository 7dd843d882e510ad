package routes.redisstreams;

import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;

/** Consumes a stream as a member of a consumer group. */
@ManagedResource(description = "Managed Redis Streams Consumer")
public class RedisStreamsConsumer extends DefaultConsumer implements Suspendable, ShutdownAware {

    private volatile ConsumerSession session;

    public RedisStreamsConsumer(RedisStreamsEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        setHealthCheck(new RedisStreamsConsumerHealthCheck(this));
        session = new ConsumerSession(this);
        session.start();
    }

    @Override
    protected void doSuspend() {
        session.suspend();
    }

    @Override
    protected void doResume() {
        session.resume();
    }

    @Override
    protected void doStop() throws Exception {
        if (session != null) {
            session.stop();
        }
        super.doStop();
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    /** What a graceful stop waits for. */
    @Override
    public int getPendingExchangesSize() {
        return session == null ? 0 : session.pending();
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        // nothing to prepare: doSuspend has stopped the reading
    }

    @Override
    public RedisStreamsEndpoint getEndpoint() {
        return (RedisStreamsEndpoint) super.getEndpoint();
    }

    /** Why nothing is read; null if entries are read, or shall not be. */
    String notReadyBecause() {
        if (session == null || !isStarted()) {
            return null;
        }
        String problem = session.reader().problem();
        if (problem != null) {
            return "Redis does not serve: " + problem;
        }
        if (session.reader().pausedBecause() != null) {
            return null;
        }
        String outage = session.held().outage();
        if (outage != null) {
            return "Paused, because what it needs is unavailable: " + outage;
        }
        return session.reader().isReading() ? null : "Taking up pending entries, or waiting for a consumer name";
    }

    private GroupPause groupPause() {
        return new GroupPause(getEndpoint().getComponent().link(), getEndpoint().streamGroup());
    }

    @ManagedOperation(
            description =
                    "Has all consumers of the group, in all processes, rest until resumeGroup is called; kept across"
                            + " restarts. What runs is finished")
    public void pauseGroup(String reason) {
        groupPause().set(reason);
    }

    @ManagedOperation(description = "Ends what pauseGroup began; true if there was a pause")
    public boolean resumeGroup() {
        return groupPause().clear();
    }

    @ManagedAttribute(description = "Why the group rests, by pauseGroup; empty if it does not")
    public String getPausedBecause() {
        String reason = session == null ? null : session.reader().pausedBecause();
        return reason == null ? "" : reason;
    }

    private long count(Outcome outcome) {
        return session == null ? 0 : session.outcomes().of(outcome);
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

    @ManagedAttribute(description = "Name of this consumer in its group; empty while it has none")
    public String getConsumerName() {
        return session == null ? "" : session.name().get().orElse("");
    }

    @ManagedAttribute(description = "Whether new entries are being read")
    public boolean isReading() {
        return session != null && session.reader().isReading();
    }

    @ManagedAttribute(description = "Why nothing is read; empty if entries are read")
    public String getProblem() {
        String problem = notReadyBecause();
        return problem == null ? "" : problem;
    }

    @ManagedAttribute(description = "Entries in memory: waiting, being processed or being completed")
    public int getInFlight() {
        return session == null ? 0 : session.held().inFlight();
    }

    @ManagedAttribute(description = "Failed entries that wait for their next delivery")
    public int getParked() {
        return session == null ? 0 : session.held().parked();
    }

    @ManagedAttribute(description = "Entries completed")
    public long getCompleted() {
        return count(Outcome.COMPLETED);
    }

    @ManagedAttribute(description = "Deliveries that failed and are repeated")
    public long getFailed() {
        return count(Outcome.FAILED);
    }

    @ManagedAttribute(description = "Entries that became dead letters")
    public long getDeadLettered() {
        return count(Outcome.DEAD_LETTERED);
    }

    @ManagedAttribute(description = "Pending ids whose entry had been deleted")
    public long getLostEntries() {
        return count(Outcome.LOST_ENTRY);
    }

    @ManagedAttribute(description = "Entries claimed from other consumers")
    public long getClaimed() {
        return count(Outcome.CLAIMED);
    }

    @ManagedAttribute(description = "Entries that were another's when they were to be completed")
    public long getStale() {
        return count(Outcome.STALE);
    }
}
