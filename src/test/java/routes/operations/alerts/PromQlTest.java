package routes.operations.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expected values are by hand, from what the documentation of Prometheus says about operators and functions. */
class PromQlTest {
    private static final Instant START = Instant.ofEpochSecond(1_000_000);

    private final Scrapes scrapes = new Scrapes();

    private static Instant after(int seconds) {
        return START.plusSeconds(seconds);
    }

    /** Samples as lines of a scrape, sorted. */
    private List<String> evaluated(String expression, int seconds) {
        return PromQl.parse(expression).evaluate(scrapes, after(seconds)).stream()
                .map(sample -> sample.labels() + " " + sample.value())
                .sorted()
                .toList();
    }

    private List<String> evaluated(String expression) {
        return evaluated(expression, 0);
    }

    private void scraped(String... lines) {
        scrapes.add(START, String.join("\n", lines));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "m              ; 1 2 3",
                "m{a=\"x\"}     ; 1 2",
                "m{a='x'}       ; 1 2",
                "m{a!=\"x\"}    ; 3",
                "m{b=\"\"}      ; 1 3",
                "m{b!=\"\"}     ; 2",
                "m{b!=\"y\"}    ; 1 3",
                "m{a=~\"x|y\"}  ; 1 2 3",
                "m{a=~\"x.\"}   ; ''",
                "m{a=~\"\"}     ; ''",
                "m{b=~\".*\"}   ; 1 2 3",
                "m{a!~\"x|z\"}  ; 3",
                "m{a=\"x\",b=\"y\"} ; 2",
                "m{}            ; 1 2 3",
                "other          ; ''",
                "n              ; ''",
            })
    void a_selector_takes_the_series_that_all_its_matchers_accept(String selector, String values) {
        scraped("m{a=\"x\"} 1", "m{a=\"x\",b=\"y\"} 2", "m{a=\"y\"} 3", "mm 4");
        assertThat(PromQl.parse(selector).evaluate(scrapes, START).stream()
                        .map(sample -> Integer.toString((int) sample.value()))
                        .reduce("", (all, one) -> all.isEmpty() ? one : all + " " + one))
                .isEqualTo(values);
    }

    @Test
    void the_newest_value_counts_for_five_minutes_and_none_of_the_future() {
        scraped("m 1");
        assertThat(evaluated("m", -1)).isEmpty();
        assertThat(evaluated("m", 299)).containsExactly("m{} 1.0");
        assertThat(evaluated("m", 300)).isEmpty();
    }

    @Test
    void a_series_that_a_later_scrape_does_not_have_has_ended() {
        scraped("m 1", "n 1");
        scrapes.add(after(15), "n 2");
        assertThat(evaluated("m", 14)).hasSize(1);
        assertThat(evaluated("m", 15)).isEmpty();
        assertThat(evaluated("n", 15)).containsExactly("n{} 2.0");
    }

    @Test
    void a_comparison_filters_and_keeps_the_value_the_labels_and_the_name() {
        scraped("m{a=\"x\"} 1", "m{a=\"y\"} 2", "m{a=\"z\"} NaN");
        assertThat(evaluated("m > 1")).containsExactly("m{a=y} 2.0");
        assertThat(evaluated("m >= 1")).hasSize(2);
        assertThat(evaluated("m < 2")).containsExactly("m{a=x} 1.0");
        assertThat(evaluated("m <= 0.5")).isEmpty();
        assertThat(evaluated("m == 2")).containsExactly("m{a=y} 2.0");
        assertThat(evaluated("m != 2")).containsExactly("m{a=x} 1.0", "m{a=z} NaN");
        assertThat(evaluated("1 < m")).containsExactly("m{a=y} 2.0");
    }

    @Test
    void arithmetic_drops_the_name_and_keeps_the_labels() {
        scraped("m{a=\"x\"} 6");
        assertThat(evaluated("m + 1")).containsExactly("{a=x} 7.0");
        assertThat(evaluated("10 - m")).containsExactly("{a=x} 4.0");
        assertThat(evaluated("m * 2")).containsExactly("{a=x} 12.0");
        assertThat(evaluated("m / 4")).containsExactly("{a=x} 1.5");
        assertThat(evaluated("m % 4")).containsExactly("{a=x} 2.0");
        assertThat(evaluated("m / 0")).containsExactly("{a=x} Infinity");
    }

    @Test
    void operators_bind_as_in_prometheus() {
        scraped("m 6");
        assertThat(evaluated("m + 2 * 3")).containsExactly("{} 12.0");
        assertThat(evaluated("(m + 2) * 3")).containsExactly("{} 24.0");
        assertThat(evaluated("m - 2 - 1")).as("from the left").containsExactly("{} 3.0");
        assertThat(evaluated("m > 2 + 3")).containsExactly("m{} 6.0");
        assertThat(evaluated("m > 5 > 6")).isEmpty();
        assertThat(evaluated("m > 7 and m or m > 5")).as("and before or").containsExactly("m{} 6.0");
        assertThat(evaluated("m > 5 or m > 7 and m > 8")).as("and before or").containsExactly("m{} 6.0");
        assertThat(evaluated("m unless m and on() none"))
                .as("unless as close as and, from the left")
                .isEmpty();
        assertThat(evaluated("m unless (m and on() none)")).containsExactly("m{} 6.0");
    }

    @Test
    void two_vectors_are_compared_where_their_labels_are_the_same_whatever_their_names() {
        scraped("a{x=\"1\"} 5", "a{x=\"2\"} 5", "a{x=\"3\"} 5", "b{x=\"1\"} 4", "b{x=\"2\"} 6", "b{x=\"3\",y=\"1\"} 4");
        assertThat(evaluated("a > b")).containsExactly("a{x=1} 5.0");
        assertThat(evaluated("a - b")).containsExactly("{x=1} 1.0", "{x=2} -1.0");
        assertThat(evaluated("a > none")).isEmpty();
        assertThat(evaluated("none < a")).isEmpty();
    }

    @Test
    void labels_to_match_by_are_what_a_pair_keeps() {
        scraped("a{x=\"1\",y=\"1\"} 5", "b{x=\"1\",y=\"2\"} 4");
        assertThat(evaluated("a > b")).isEmpty();
        assertThat(evaluated("a > on(x) b")).containsExactly("{x=1} 5.0");
        assertThat(evaluated("a - ignoring(y) b")).containsExactly("{x=1} 1.0");
        assertThat(evaluated("a + on() b")).containsExactly("{} 9.0");
    }

    @Test
    void several_values_that_belong_to_one_are_an_error() {
        scraped("a{x=\"1\"} 5", "a{x=\"2\"} 5", "b 4");
        assertThatThrownBy(() -> evaluated("a > on() b")).hasMessageContaining("Several values of one side");
        assertThatThrownBy(() -> evaluated("b > on() a")).hasMessageContaining("Several values of one side");
    }

    @Test
    void series_that_would_have_the_same_labels_without_their_names_are_an_error() {
        scraped("a{y=\"1\"} 5", "b{y=\"1\"} 4", "c 1");
        assertThat(evaluated("(a or c) + 1")).containsExactly("{y=1} 6.0", "{} 2.0");
        assertThatThrownBy(() -> new Value.Vector(List.of(
                        new Sample(ScrapeText.series("a").withoutName(), 1),
                        new Sample(ScrapeText.series("b").withoutName(), 1))))
                .hasMessageContaining("Two values have the same labels");
    }

    @Test
    void and_or_and_unless_go_by_labels_whatever_the_values() {
        scraped("a{x=\"1\"} 5", "a{x=\"2\"} 6", "b{x=\"2\"} 0", "b{x=\"3\"} 7");
        assertThat(evaluated("a and b")).containsExactly("a{x=2} 6.0");
        assertThat(evaluated("a unless b")).containsExactly("a{x=1} 5.0");
        assertThat(evaluated("a or b")).containsExactly("a{x=1} 5.0", "a{x=2} 6.0", "b{x=3} 7.0");
        assertThat(evaluated("a and none")).isEmpty();
        assertThat(evaluated("a unless none")).hasSize(2);
        assertThat(evaluated("none or a")).hasSize(2);
    }

    @Test
    void and_on_nothing_asks_only_whether_there_is_anything_on_the_right() {
        scraped("a{x=\"1\"} 5", "a{x=\"2\"} 6", "b{y=\"1\"} 0", "b{y=\"2\"} 0");
        assertThat(evaluated("a and on() b")).hasSize(2);
        assertThat(evaluated("a and on() (b == 0)")).hasSize(2);
        assertThat(evaluated("a and on() b > 0")).isEmpty();
        assertThat(evaluated("a > 5 and on() sum(b) == 0")).containsExactly("a{x=2} 6.0");
        assertThat(evaluated("a unless on() b")).isEmpty();
    }

    @Test
    void an_aggregation_drops_all_labels_but_those_it_is_by() {
        scraped("m{a=\"x\",b=\"1\"} 1", "m{a=\"x\",b=\"2\"} 3", "m{a=\"y\"} 5");
        assertThat(evaluated("sum(m)")).containsExactly("{} 9.0");
        assertThat(evaluated("max(m)")).containsExactly("{} 5.0");
        assertThat(evaluated("min(m)")).containsExactly("{} 1.0");
        assertThat(evaluated("count(m)")).containsExactly("{} 3.0");
        assertThat(evaluated("sum by (a) (m)")).containsExactly("{a=x} 4.0", "{a=y} 5.0");
        assertThat(evaluated("sum(m) by (a)")).containsExactly("{a=x} 4.0", "{a=y} 5.0");
        assertThat(evaluated("sum by (b) (m)")).containsExactly("{b=1} 1.0", "{b=2} 3.0", "{} 5.0");
        assertThat(evaluated("max by (a, b, c) (m)")).hasSize(3);
        assertThat(evaluated("sum by () (m)")).containsExactly("{} 9.0");
    }

    @Test
    void an_aggregation_of_nothing_is_nothing_and_not_0() {
        scraped("m 1");
        assertThat(evaluated("sum(none)")).isEmpty();
        assertThat(evaluated("count(none)")).isEmpty();
        assertThat(evaluated("sum(none) == 0")).isEmpty();
    }

    @Test
    void what_is_not_a_number_makes_a_sum_none_and_is_passed_over_by_max_and_min() {
        scraped("m{a=\"x\"} NaN", "m{a=\"y\"} -2", "m{a=\"z\"} -1", "n NaN");
        assertThat(evaluated("sum(m)")).containsExactly("{} NaN");
        assertThat(evaluated("max(m)")).containsExactly("{} -1.0");
        assertThat(evaluated("min(m)")).containsExactly("{} -2.0");
        assertThat(evaluated("count(m)")).containsExactly("{} 3.0");
        assertThat(evaluated("max(n)")).containsExactly("{} NaN");
        assertThat(evaluated("max(n) > 0 or max(n) <= 0")).isEmpty();
    }

    @Test
    void an_increase_is_from_the_first_to_the_last_value_in_the_range_and_a_rate_by_second() {
        scraped("m{a=\"x\"} 10");
        scrapes.add(after(60), "m{a=\"x\"} 40");
        scrapes.add(after(120), "m{a=\"x\"} 100");
        assertThat(evaluated("increase(m[5m])", 120)).containsExactly("{a=x} 90.0");
        assertThat(evaluated("rate(m[5m])", 120)).containsExactly("{a=x} 0.75");
        assertThat(evaluated("increase(m{a=\"x\"}[1m30s])", 120))
                .as("without the value of 120 seconds before")
                .containsExactly("{a=x} 60.0");
        assertThat(evaluated("increase(m{a=\"y\"}[5m])", 120)).isEmpty();
    }

    @Test
    void a_range_begins_after_its_first_instant() {
        scraped("m 10");
        scrapes.add(after(60), "m 40");
        assertThat(evaluated("increase(m[61s])", 60)).containsExactly("{} 30.0");
        assertThat(evaluated("increase(m[1m])", 60)).isEmpty();
    }

    @Test
    void a_counter_that_becomes_less_was_restarted_at_0() {
        scraped("m 100");
        scrapes.add(after(60), "m 5");
        scrapes.add(after(120), "m 7");
        assertThat(evaluated("increase(m[5m])", 120)).containsExactly("{} 7.0");
        assertThat(evaluated("increase(m[119s])", 120)).containsExactly("{} 2.0");
    }

    @Test
    void one_value_is_no_increase() {
        scraped("m 100");
        assertThat(evaluated("increase(m[5m])")).isEmpty();
        assertThat(evaluated("rate(m[5m])")).isEmpty();
    }

    @Test
    void a_gap_and_an_end_of_a_series_leave_what_is_in_the_range() {
        scraped("m 100");
        scrapes.add(after(60), "");
        scrapes.add(after(120), "m 101");
        assertThat(evaluated("increase(m[5m])", 120)).containsExactly("{} 1.0");
        assertThat(evaluated("increase(m[5m])", 301)).isEmpty();
    }

    @Test
    void time_is_the_time_of_the_evaluation_in_seconds() {
        scraped("m{a=\"x\"} 999000");
        assertThat(evaluated("time() - m", 10)).containsExactly("{a=x} 1010.0");
        assertThat(evaluated("time() - m > 1010", 10)).isEmpty();
    }

    @Test
    void numbers_may_have_fractions_and_exponents() {
        scraped("m 1");
        assertThat(evaluated("m * 1e3 + 0.5")).containsExactly("{} 1000.5");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                          | 0",
                "m >                         | 3",
                "m > 1)                      | 5",
                "(m > 1                      | 6",
                "m{a=1}                      | 4",
                "m{a>'x'}                    | 3",
                "m{a='x' b='y'}              | 8",
                "m{a=~'('}                   | 5",
                "m{a=\"x                     | 4",
                "m{a='\\d'}                  | 4",
                "m[5m]                       | 1",
                "rate(m)                     | 6",
                "rate(m[5])                  | 7",
                "rate(m[5m:1m])              | 9",
                "rate(m[5m] offset 1h)       | 11",
                "rate(sum(m)[5m])            | 8",
                "sum without (a) (m)         | 4",
                "sum by (a) (m) by (b)       | 13",
                "sum(1)                      | 0",
                "irate(m[5m])                | 0",
                "absent(m)                   | 0",
                "m offset 5m                 | 2",
                "m > bool 1                  | 4",
                "m == on(a) group_left m     | 11",
                "m > on() 1                  | 2",
                "m and 1                     | 2",
                "1 or m                      | 2",
                "m and (1 > 2)               | 9",
                "m ^ 2                       | 2",
                "-m                          | 0",
                "m = 1                       | 2",
                "m @ 5                       | 2",
                "m # comment                 | 2",
                "m > 5m                      | 4",
                "m > 1.                      | 4",
                "by                          | 0",
                "1                           | 0",
                "time() - 1                  | 0",
                "m n                         | 2",
            })
    void what_is_wrong_or_not_known_is_an_error_with_its_position(String expression, int position) {
        assertThatThrownBy(() -> PromQl.parse(expression))
                .isInstanceOf(PromQlException.class)
                .hasMessageStartingWith("Position " + position + " of '" + expression + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "m", "1m5", "-1m", "1.5h"})
    void what_is_no_duration_is_an_error(String text) {
        assertThatThrownBy(() -> Parser.durationOf(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"100ms, PT0.1S", "15s, PT15S", "5m, PT5M", "1h30m, PT1H30M", "1d, PT24H", "1w, PT168H", "1y, PT8760H"})
    void durations_have_units(String text, String expected) {
        assertThat(Parser.durationOf(text)).hasToString(expected);
    }
}
