package routes.digests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.digests.DigestSchedule.Frequency;
import routes.digests.DigestSchedule.Slot;

class DigestScheduleTest {
    private static DigestSchedule daily(String time, String zone) {
        return new DigestSchedule(Frequency.DAILY, LocalTime.parse(time), ZoneId.of(zone), 1, 1);
    }

    private static DigestSchedule weekly(String time, String zone, DayOfWeek day) {
        return new DigestSchedule(Frequency.WEEKLY, LocalTime.parse(time), ZoneId.of(zone), day.getValue(), 1);
    }

    private static DigestSchedule monthly(String time, String zone, int day) {
        return new DigestSchedule(Frequency.MONTHLY, LocalTime.parse(time), ZoneId.of(zone), 1, day);
    }

    private static Instant at(String time) {
        return Instant.parse(time);
    }

    /** The slots that a check every minute sees as new, one after the other. */
    private static List<Slot> seen(DigestSchedule schedule, String from, String to) {
        List<Slot> slots = new ArrayList<>();
        for (Instant now = at(from); now.isBefore(at(to)); now = now.plusSeconds(60)) {
            Slot last = schedule.last(now);
            if (slots.isEmpty() || !slots.get(slots.size() - 1).equals(last)) {
                slots.add(last);
            }
        }
        return slots.subList(1, slots.size());
    }

    @Test
    void nine_o_seven_in_Novosibirsk_is_two_o_seven_in_UTC() {
        DigestSchedule schedule = daily("09:07", "Asia/Novosibirsk");
        assertThat(schedule.last(at("2026-11-29T02:06:59Z")).at()).isEqualTo(at("2026-11-28T02:07:00Z"));
        assertThat(schedule.last(at("2026-11-29T02:07:00Z")).at()).isEqualTo(at("2026-11-29T02:07:00Z"));
        assertThat(schedule.next(at("2026-11-29T02:07:00Z")).at()).isEqualTo(at("2026-11-30T02:07:00Z"));
        assertThat(schedule.last(at("2026-11-29T02:07:00Z")).period()).isEqualTo("2026-11-29");
    }

    @ParameterizedTest
    @CsvSource({
        // spring forward: 02:30 does not exist on 29 March, 01:30 in London neither
        "02:30, Europe/Berlin, 2026-03-27T00:00:00Z, 2026-04-01T00:00:00Z",
        "01:30, Europe/London, 2026-03-27T00:00:00Z, 2026-04-01T00:00:00Z",
        // fall back: 02:30 is there twice on 25 October
        "02:30, Europe/Berlin, 2026-10-23T00:00:00Z, 2026-10-28T00:00:00Z",
        "01:30, America/New_York, 2026-10-30T00:00:00Z, 2026-11-04T00:00:00Z",
        "00:30, America/Havana, 2026-03-06T00:00:00Z, 2026-03-11T00:00:00Z",
        "09:07, Europe/Berlin, 2026-03-27T00:00:00Z, 2026-04-01T00:00:00Z",
        "23:59, Australia/Lord_Howe, 2026-04-03T00:00:00Z, 2026-04-08T00:00:00Z",
        "00:00, Asia/Kathmandu, 2026-10-23T00:00:00Z, 2026-10-28T00:00:00Z",
    })
    void a_daily_digest_comes_once_a_day_over_a_change_of_the_clocks(String time, String zone, String from, String to) {
        List<Slot> slots = seen(daily(time, zone), from, to);

        assertThat(slots).hasSize(5).extracting(Slot::period).doesNotHaveDuplicates();
        for (int i = 1; i < slots.size(); i++) {
            assertThat(Duration.between(slots.get(i - 1).at(), slots.get(i).at()))
                    .isBetween(Duration.ofHours(23), Duration.ofHours(25));
        }
    }

    @Test
    void a_time_that_the_clocks_skip_comes_an_hour_later_by_the_clock() {
        assertThat(daily("02:30", "Europe/Berlin")
                        .last(at("2026-03-29T12:00:00Z"))
                        .at())
                .isEqualTo(at("2026-03-29T01:30:00Z"));
    }

    @Test
    void a_weekly_digest_comes_on_its_day_and_is_one_for_an_ISO_week() {
        DigestSchedule schedule = weekly("08:00", "Asia/Novosibirsk", DayOfWeek.MONDAY);
        List<Slot> slots = seen(schedule, "2026-12-14T00:00:00Z", "2027-01-20T00:00:00Z");

        assertThat(slots.stream().map(slot -> slot.date().getDayOfWeek()).collect(Collectors.toSet()))
                .containsExactly(DayOfWeek.MONDAY);
        assertThat(slots)
                .extracting(Slot::period)
                .containsExactly("2026-W51", "2026-W52", "2026-W53", "2027-W01", "2027-W02", "2027-W03");
        // late on Sunday in UTC it is Monday in Novosibirsk
        assertThat(weekly("03:00", "Asia/Novosibirsk", DayOfWeek.MONDAY)
                        .last(at("2026-11-29T20:00:00Z"))
                        .at())
                .isEqualTo(at("2026-11-29T20:00:00Z"));
        assertThat(weekly("08:00", "UTC", DayOfWeek.SUNDAY)
                        .last(at("2026-11-28T12:00:00Z"))
                        .date())
                .hasToString("2026-11-22");
    }

    @Test
    void a_monthly_digest_on_the_31st_comes_on_the_last_day_of_shorter_months() {
        assertThat(seen(monthly("12:00", "UTC", 31), "2027-12-31T13:00:00Z", "2028-05-31T13:00:00Z"))
                .extracting(slot -> slot.date().toString())
                .containsExactly("2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31");
        assertThat(monthly("12:00", "UTC", 30).last(at("2027-03-01T00:00:00Z")).date())
                .hasToString("2027-02-28");
    }

    @Test
    void of_the_times_that_were_missed_the_last_one_counts() {
        DigestSchedule schedule = daily("09:07", "Asia/Novosibirsk");
        assertThat(schedule.last(at("2026-12-01T20:00:00Z")).period()).isEqualTo("2026-12-01");
        assertThat(schedule.next(at("2026-12-01T20:00:00Z")).period()).isEqualTo("2026-12-02");
    }

    @Test
    void the_next_time_is_always_later_and_the_last_one_never() {
        for (DigestSchedule schedule : List.of(
                daily("02:30", "Europe/Berlin"),
                daily("00:00", "Pacific/Apia"),
                weekly("02:30", "America/Santiago", DayOfWeek.SUNDAY),
                monthly("02:30", "Europe/Berlin", 29))) {
            for (Instant now = at("2026-01-01T00:00:00Z");
                    now.isBefore(at("2027-01-01T00:00:00Z"));
                    now = now.plusSeconds(5_417)) {
                assertThat(schedule.last(now).at()).isBeforeOrEqualTo(now);
                assertThat(schedule.next(now).at()).isAfter(now);
                assertThat(schedule.last(schedule.next(now).at())).isEqualTo(schedule.next(now));
            }
        }
    }
}
