package routes.operations.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The alerts that ship, by the cases of config/prometheus/alerts_test.yml. */
class AlertRulesTest {

    @Test
    void every_rule_has_a_name_of_its_own_an_expression_and_a_summary() throws IOException {
        List<AlertRules.Rule> rules = AlertRules.raw();
        assertThat(rules).hasSizeGreaterThan(10).allSatisfy(rule -> {
            assertThat(rule.alert()).isNotBlank();
            assertThat(rule.expr()).as(rule.alert()).isNotBlank();
            assertThat(rule.annotations().get("summary")).as(rule.alert()).isNotBlank();
        });
        assertThat(rules).extracting(AlertRules.Rule::alert).doesNotHaveDuplicates();
    }

    @Test
    void every_expression_is_one_that_the_evaluator_knows() throws IOException {
        assertThat(AlertRules.raw()).allSatisfy(rule -> PromQl.parse(rule.expr()));
    }

    @Test
    void every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_stays_silent_all_the_time() throws IOException {
        Map<Boolean, Set<String>> alerts = AlertCases.read().tests().stream()
                .collect(Collectors.partitioningBy(
                        test -> test.alertRuleTest().stream()
                                .anyMatch(expected -> !expected.expAlerts().isEmpty()),
                        Collectors.flatMapping(
                                test -> test.alertRuleTest().stream().map(AlertCases.Expected::alertname),
                                Collectors.toSet())));
        Set<String> names = AlertRules.read().stream().map(AlertRule::name).collect(Collectors.toSet());
        assertThat(alerts.get(true)).as("fires").isEqualTo(names);
        assertThat(alerts.get(false)).as("silent").isEqualTo(names);
    }

    @Test
    void the_cases_are_of_the_rules_that_ship_each_minute() throws IOException {
        AlertCases cases = AlertCases.read();
        assertThat(cases.ruleFiles()).containsExactly("alerts.yml");
        assertThat(cases.evaluationInterval()).isEqualTo("1m");
    }

    static Stream<AlertCases.Case> cases() throws IOException {
        return AlertCases.read().tests().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void what_fires(AlertCases.Case test) throws IOException {
        Scrapes scrapes = test.scrapes();
        for (AlertCases.Expected expected : test.alertRuleTest()) {
            AlertRule rule = AlertRules.named(expected.alertname());
            assertThat(rule.fired(scrapes, Parser.durationOf("1m"), expected.at()))
                    .as("%s at %s", rule.name(), expected.evalTime())
                    .isEqualTo(expected.fired());
        }
    }

    @Test
    void values_are_written_as_promtool_reads_them() {
        assertThat(values("1 2")).containsExactly("1", "2");
        assertThat(values("1x2")).containsExactly("1.0", "1.0", "1.0");
        assertThat(values("1+2x3")).containsExactly("1.0", "3.0", "5.0", "7.0");
        assertThat(values("5-2x1 _ _x2 stale NaN")).containsExactly("5.0", "3.0", "_", "_", "_", "stale", "NaN");
    }

    private static List<String> values(String text) {
        return new AlertCases.Series("a", text).expanded();
    }

    @Test
    void a_template_that_is_not_known_is_an_error() {
        var rule = new AlertRule(
                "A", PromQl.parse("a > 0"), Parser.durationOf("0s"), Map.of("summary", "{{ $value | humanize }}"));
        Scrapes scrapes = new AlertCases.Case("", "1m", List.of(new AlertCases.Series("a", "1")), List.of()).scrapes();
        assertThatThrownBy(() -> rule.fired(scrapes, Parser.durationOf("1m"), Parser.durationOf("0s")))
                .hasMessageContaining("A has a template that is not known");
    }
}
