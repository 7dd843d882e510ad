package routes.operations.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The alerts that ship, and the cases of {@code alerts_test.yml}. */
class AlertRulesTest {
    static final String RULES = "config/prometheus/alerts.yml";
    private static final String CASES = "config/prometheus/alerts_test.yml";

    @Test
    @EnabledIf(value = Promtool.IS_INSTALLED, disabledReason = Promtool.MISSING)
    void prometheus_accepts_the_rules() throws Exception {
        Promtool.run("check", "rules", RULES);
        Promtool.run("check", "config", "config/prometheus/prometheus.yml");
    }

    @Test
    @EnabledIf(value = Promtool.IS_INSTALLED, disabledReason = Promtool.MISSING)
    void each_alert_fires_and_stays_silent_as_its_cases_say() throws Exception {
        Promtool.run("test", "rules", CASES);
    }

    @Test
    void every_rule_has_a_name_of_its_own_an_expression_and_a_summary() throws IOException {
        assertThat(rules()).hasSizeGreaterThan(10).allSatisfy(rule -> {
            assertThat(rule.path("alert").asText()).isNotBlank();
            assertThat(rule.path("expr").asText())
                    .as(rule.path("alert").asText())
                    .isNotBlank();
            assertThat(rule.at("/annotations/summary").asText())
                    .as(rule.path("alert").asText())
                    .isNotBlank();
        });
        assertThat(rules()).extracting(rule -> rule.path("alert").asText()).doesNotHaveDuplicates();
    }

    @Test
    void every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_stays_silent_all_the_time() throws IOException {
        JsonNode cases = read(CASES);
        assertThat(cases.path("rule_files"))
                .singleElement()
                .extracting(JsonNode::asText)
                .isEqualTo("alerts.yml");
        assertThat(cases.path("evaluation_interval").asText()).isEqualTo("1m");
        Set<String> fire = new TreeSet<>();
        Set<String> stay = new TreeSet<>();
        for (JsonNode test : cases.path("tests")) {
            boolean fires = test.path("alert_rule_test").findValues("exp_alerts").stream()
                    .anyMatch(alerts -> !alerts.isEmpty());
            (fires ? fire : stay).addAll(test.path("alert_rule_test").findValuesAsText("alertname"));
        }
        Set<String> names = new TreeSet<>();
        rules().forEach(rule -> names.add(rule.path("alert").asText()));
        assertThat(fire).isEqualTo(names);
        assertThat(stay).isEqualTo(names);
    }

    private static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        read(RULES).path("groups").forEach(group -> group.path("rules").forEach(rules::add));
        return rules;
    }

    private static JsonNode read(String file) throws IOException {
        return new YAMLMapper().readTree(new File(file));
    }
}
