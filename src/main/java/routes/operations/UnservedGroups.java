package routes.operations;

import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import routes.operations.StreamStates.Group;

/** Groups of the catalogue that wait for a consumer. */
@Component
class UnservedGroups {
    /** A consumer at work, however slow, keeps its entries fresh several times in this. */
    private static final Duration QUIET = Duration.ofMinutes(5);

    /** Longer than between two looks at the streams: entries that have just come are not waiting yet. */
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
     * Whether entries wait that nobody takes: no route of this process serves the group, and no consumer of any other has shown
     * itself for {@link #QUIET}. Consumers that are gone stay known to Redis, so that there are some says nothing.
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
