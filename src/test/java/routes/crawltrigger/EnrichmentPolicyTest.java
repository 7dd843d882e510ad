package routes.crawltrigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import routes.configuration.ConfigurationException;

class EnrichmentPolicyTest {

    @Test
    void the_policy_that_ships_has_the_triggers_of_the_prior_system() throws IOException {
        EnrichmentPolicy policy = parse(Files.readString(Path.of("config/enrichment_policy.yml")));
        assertThat(policy.triggerTags())
                .contains(
                        "ai",
                        "искусственный интеллект",
                        "нейросети",
                        "machine learning",
                        "машинное обучение",
                        "generative ai",
                        "генеративный интеллект",
                        "robotics",
                        "робототехника",
                        "computer vision",
                        "автоматизация",
                        "science",
                        "research");
        assertThat(policy.budget()).isEqualTo(new EnrichmentPolicy.Budget(300, 60));
    }

    @Test
    void a_field_that_does_not_exist_is_told_by_its_name() {
        assertThatThrownBy(
                        () -> parse(
                                "trigger_tags: []\nbudgets: {}\nbudget: {tenant_per_day: 1, domain_per_hour: 1}\nmax_urls_per_post: 1\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("policy.yml: unknown field 'budgets'");
    }

    @Test
    void a_value_of_another_type_is_told_with_its_line() {
        assertThatThrownBy(() -> parse(
                        "trigger_tags: []\nbudget: {tenant_per_day: 1, domain_per_hour: 1}\nmax_urls_per_post: many\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("policy.yml line 3");
    }

    @Test
    void a_value_out_of_bounds_is_told_by_its_name() {
        assertThatThrownBy(() -> parse(
                        "trigger_tags: []\nbudget: {tenant_per_day: -1, domain_per_hour: 1}\nmax_urls_per_post: 1\n"))
                .hasMessage("policy.yml: budget.tenant_per_day=-1: must be 0 or more");
    }

    @Test
    void a_missing_value_is_told() {
        assertThatThrownBy(() -> parse("trigger_tags: []\nmax_urls_per_post: 1\n"))
                .hasMessageContaining("budget");
    }

    private static EnrichmentPolicy parse(String text) {
        return EnrichmentPolicy.parse("policy.yml", text);
    }
}
