package routes.operations.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrapeTextTest {

    @Test
    void a_scrape_is_its_samples_without_help_and_types() {
        List<Sample> samples = ScrapeText.parse(
                """
                # HELP jobs_total Jobs
                # TYPE jobs_total counter
                jobs_total{name="a b",outcome="failed"} 3.0

                up 1 1700000000000
                """);
        assertThat(samples)
                .containsExactly(
                        new Sample(Labels.of(Map.of(Labels.NAME, "jobs_total", "name", "a b", "outcome", "failed")), 3),
                        new Sample(Labels.of(Map.of(Labels.NAME, "up")), 1));
    }

    @Test
    void values_may_be_infinite_small_or_none() {
        assertThat(ScrapeText.parse("a +Inf\nb -Inf\nc NaN\nd 1.2E-5\n"))
                .extracting(Sample::value)
                .containsExactly(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 1.2e-5);
    }

    @Test
    void label_values_may_have_braces_commas_quotes_and_backslashes() {
        Labels labels = ScrapeText.series("a{x=\"{1,2} \\\"q\\\" \\\\n\\n\",y=\"z\",}");
        assertThat(labels.get("x")).isEqualTo("{1,2} \"q\" \\n\n");
        assertThat(labels.get("y")).isEqualTo("z");
    }

    @Test
    void an_empty_label_is_none() {
        assertThat(ScrapeText.series("a{x=\"\"}")).isEqualTo(ScrapeText.series("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a b", "a{x=1} 1", "a{x=\"1\"y=\"2\"} 1", "a{x=\"1\" 1", "1a 1", "a 1 2 3"})
    void a_line_that_is_no_sample_is_an_error(String line) {
        assertThatThrownBy(() -> ScrapeText.parse(line)).isInstanceOf(IllegalArgumentException.class);
    }
}
