package routes.operations.alerts;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The alerts that ship, as Prometheus reads them. */
public final class AlertRules {
    private static final Path RULES = Path.of("config/prometheus/alerts.yml");

    record RuleFile(List<Group> groups) {}

    record Group(String name, List<Rule> rules) {}

    record Rule(String alert, String expr, @JsonProperty("for") String held, Map<String, String> annotations) {}

    private AlertRules() {}

    /** A field that is not known is an error. */
    static ObjectMapper yaml() {
        return YAMLMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
    }

    static List<Rule> raw() throws IOException {
        return yaml().readValue(RULES.toFile(), RuleFile.class).groups().stream()
                .flatMap(group -> group.rules().stream())
                .toList();
    }

    public static List<AlertRule> read() throws IOException {
        return raw().stream()
                .map(rule -> new AlertRule(
                        rule.alert(),
                        PromQl.parse(rule.expr()),
                        rule.held() == null ? Duration.ZERO : Parser.durationOf(rule.held()),
                        rule.annotations()))
                .toList();
    }

    /**
     * One rule.
     *
     * @throws java.util.NoSuchElementException if there is none of that name
     */
    public static AlertRule named(String name) throws IOException {
        return read().stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
