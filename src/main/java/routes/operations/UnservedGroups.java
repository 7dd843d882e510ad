package routes.operations;

import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import routes.operations.StreamStates.Group;

/** Catalogue groups whose entries wait for a consumer. */
@Component
class UnservedGroups {
    /** A running consumer, however slow, refreshes its entries several times in this interval. */
    private static final Duration QUIET = Duration.ofMinutes(5);

    /** Longer than the interval between two reads of the streams, so new entries do not count as waiting. */
    private static final Duration WAITING = Duration.ofSeconds(10);

    private final StreamStates states;
    private final ServedGroups served;
    private final Clock clock;
    private final Duration quiet;

    @Autowired
    UnservedGroups(StreamStates states, ServedGroups served, Clock clock) {
        this(states, served, clock, QUIET);
    }

    UnservedGroups(StreamStates states, ServedGroups served, Clock clock, Duration quiet) {
        this.states = states;
        this.served = served;
        this.clock = clock;
        this.quiet = quiet;
    }

    /**
     * Whether entries wait without a consumer: no route of this process serves the group, and no consumer of another process was
     * active for {@link #QUIET}. Redis keeps stopped consumers, so the existence of consumers proves nothing.
     */
    boolean isUnserved(String stream, String group) {
        boolean here = served.list().stream()
                .anyMatch(one -> one.stream().equals(stream) && one.group().equals(group));
        return !here && states.group(stream, group).filter(this::isAbandoned).isPresent();
    }

    private boolean isAbandoned(Group group) {
        boolean waits = group.state().lag() > 0 && group.since().plus(WAITING).isBefore(clock.instant());
        return waits && (group.state().consumers() == 0 || group.state().quiet().compareTo(quiet) > 0);
    }
}
