package routes.operations;

import org.springframework.stereotype.Component;

/** Groups of the catalogue that wait for a consumer. */
@Component
class UnservedGroups {
    private final StreamStates states;
    private final ServedGroups served;

    UnservedGroups(StreamStates states, ServedGroups served) {
        this.states = states;
        this.served = served;
    }

    /** Whether the group has entries that nobody was delivered, no consumer in any process and no route in this one. */
    boolean isUnserved(String stream, String group) {
        boolean here = served.list().stream()
                .anyMatch(one -> one.stream().equals(stream) && one.group().equals(group));
        return !here
                && states.group(stream, group)
                        .map(found -> found.state().lag() > 0 && found.state().consumers() == 0)
                        .orElse(false);
    }
}
