package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import routes.redis.StreamGroup;

class HeldEntriesTest {
    private static final Duration NOW = Duration.ZERO;
    private static final Duration LATER = Duration.ofHours(1);

    private final HeldEntries held = new HeldEntries(
            4,
            2,
            new Outage(new StreamGroup("s", "s", "g"), new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)), 5));

    @Test
    void an_entry_is_in_flight_until_it_is_settled() throws Exception {
        held.offer(List.of(entry("1")));
        held.offer(List.of(entry("2")));
        assertThat(held.inFlight()).isEqualTo(2);
        assertThat(held.room()).isEqualTo(2);

        StreamEntry next = held.next(1, Duration.ZERO).get(0);
        assertThat(next.id()).isEqualTo("1");
        assertThat(held.inFlight()).isEqualTo(2);
        held.settled(next);

        assertThat(held.inFlight()).isEqualTo(1);
        assertThat(held.holds("1")).isFalse();
        assertThat(held.holds("2")).isTrue();
    }

    @Test
    void an_entry_that_is_in_flight_is_not_taken_twice() throws Exception {
        held.offer(List.of(entry("1")));
        StreamEntry running = held.next(1, Duration.ZERO).get(0);
        held.offer(List.of(entry("1")));

        assertThat(held.inFlight()).isEqualTo(1);
        held.settled(running);
        assertThat(held.inFlight()).isZero();
    }

    @Test
    void a_parked_entry_takes_no_room_keeps_no_body_and_remembers_its_failures() throws Exception {
        held.offer(List.of(entry("1")));
        held.park(held.next(1, Duration.ZERO).get(0), NOW, true);

        assertThat(held.inFlight()).isZero();
        assertThat(held.parked()).isEqualTo(1);
        assertThat(held.due(10)).singleElement().satisfies(parked -> {
            assertThat(parked.fields()).isNull();
            assertThat(parked.failures()).isEqualTo(1);
        });
        held.offer(List.of(entry("1")));
        assertThat(held.parked()).isZero();
        assertThat(held.inFlight()).isEqualTo(1);
    }

    @Test
    void only_entries_whose_time_has_come_are_due_the_longest_waiting_first() throws Exception {
        for (String id : List.of("1", "2", "3")) {
            held.offer(List.of(entry(id)));
        }
        held.park(held.next(1, Duration.ZERO).get(0), LATER, true);
        held.park(held.next(1, Duration.ZERO).get(0), Duration.ofNanos(2), true);
        held.park(held.next(1, Duration.ZERO).get(0), Duration.ofNanos(1), true);

        assertThat(held.due(10)).extracting(StreamEntry::id).containsExactlyInAnyOrder("2", "3");
        assertThat(held.due(1)).hasSize(1);
        assertThat(held.untilDue(LATER)).isZero();
        assertThat(held.parkedFull()).isTrue();
    }

    @Test
    void room_is_reported_when_enough_is_free_or_when_nothing_waits_for_a_worker() throws Exception {
        assertThat(held.awaitRoom(3, NOW)).isEqualTo(4);
        held.offer(List.of(entry("1")));
        held.offer(List.of(entry("2")));
        assertThat(held.awaitRoom(3, NOW)).as("two wait, two free").isZero();
        held.next(1, Duration.ZERO).get(0);
        held.next(1, Duration.ZERO).get(0);
        assertThat(held.awaitRoom(3, NOW)).as("none waits").isEqualTo(2);
        held.offer(List.of(entry("3")));
        held.offer(List.of(entry("4")));
        assertThat(held.awaitRoom(1, NOW)).as("full").isZero();
    }

    @Test
    void a_wake_ends_the_wait_for_room_once() throws Exception {
        held.wake();
        assertThat(held.awaitRoom(1, LATER)).isZero();
        assertThat(held.awaitRoom(1, LATER)).isEqualTo(4);
    }

    @Test
    void what_is_not_ours_any_more_is_forgotten_unless_it_runs() throws Exception {
        for (String id : List.of("running", "parked", "waiting")) {
            held.offer(List.of(entry(id)));
        }
        StreamEntry running = held.next(1, Duration.ZERO).get(0);
        held.park(held.next(1, Duration.ZERO).get(0), LATER, true);

        held.forget(List.of("running", "parked", "waiting", "unknown"));

        assertThat(held.all()).extracting(entry -> entry.entry().id()).containsExactly("running");
        held.settled(running);
        assertThat(held.all()).isEmpty();
    }

    @Test
    void draining_takes_out_all_but_what_runs() throws Exception {
        for (String id : List.of("running", "parked", "waiting")) {
            held.offer(List.of(entry(id)));
        }
        held.next(1, Duration.ZERO).get(0);
        held.park(held.next(1, Duration.ZERO).get(0), LATER, true);

        assertThat(held.drain()).extracting(StreamEntry::id).containsExactlyInAnyOrder("parked", "waiting");
        assertThat(held.inFlight()).isEqualTo(1);
        assertThat(held.parked()).isZero();
    }

    @Test
    void workers_are_sent_home_when_it_is_closed() throws Exception {
        held.offer(List.of(entry("1")));
        held.close();

        assertThat(held.next(1, Duration.ZERO)).isEmpty();
    }

    private static StreamEntry entry(String id) {
        return StreamEntry.fresh(id, "a", Map.of("n", id));
    }
}
