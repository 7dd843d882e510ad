package routes.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class ConfigurationCheckTest {

    @Test
    void defaults_are_valid_and_can_be_named_as_placeholders() {
        assertThat(environment(Map.of()).resolvePlaceholders("${tagging.max-tags}"))
                .isEqualTo("5");
    }

    @Test
    void a_variable_sets_the_property_of_its_name() {
        assertThat(environment(Map.of("TAGGING_MAX_TAGS", "3")).getProperty("tagging.max-tags"))
                .isEqualTo("3");
    }

    @Test
    void a_variable_that_is_set_to_nothing_leaves_the_default() {
        assertThat(environment(Map.of("TAGGING_MAX_TAGS", "")).getProperty("tagging.max-tags"))
                .isEqualTo("5");
    }

    @Test
    void a_value_that_is_no_number_is_told_with_its_name_and_what_is_allowed() {
        assertThatThrownBy(() -> environment(Map.of("TAGGING_MAX_TAGS", "many")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("TAGGING_MAX_TAGS=many: must be a whole number");
    }

    @Test
    void a_value_out_of_bounds_is_told_with_the_bound() {
        assertThatThrownBy(() -> environment(Map.of("TAGGING_MAX_TAGS", "99")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("TAGGING_MAX_TAGS=99: must be less than or equal to 20");
    }

    @Test
    void all_wrong_values_are_told_at_once_in_one_line() {
        assertThatThrownBy(() -> environment(Map.of("TAGGING_MAX_TAGS", "99", "API_PORT", "http")))
                .hasMessageContaining("TAGGING_MAX_TAGS=99")
                .hasMessageContaining("API_PORT=http")
                .hasMessageNotContaining("\n");
    }

    @Test
    void an_address_of_another_form_is_told_without_its_password() {
        assertThatThrownBy(() -> environment(Map.of("DATABASE_URL", "mysql://me:geheim@db/x")))
                .hasMessageContaining("DATABASE_URL=mysql://me:***@db/x: must be postgresql://")
                .hasMessageNotContaining("geheim");
    }

    @Test
    void an_address_of_a_store_with_the_port_of_another_protocol_or_with_a_password_is_told() {
        for (String url : List.of("http://qdrant:6333", "https://qdrant:6333/", "qdrant:6334", "grpc://qdrant:6334")) {
            assertThatThrownBy(() -> environment(Map.of("QDRANT_URL", url)))
                    .hasMessageContaining("QDRANT_URL=" + url)
                    .hasMessageContaining("http://host:6334");
        }
        for (String uri : List.of("http://neo4j:7474", "neo4j:7687", "neo4j://neo4j:geheim@host:7687")) {
            assertThatThrownBy(() -> environment(Map.of("NEO4J_URI", uri)))
                    .hasMessageContaining("NEO4J_URI=")
                    .hasMessageContaining("neo4j://host:7687")
                    .hasMessageNotContaining("geheim");
        }
        for (String url : List.of("http://qdrant:6334", "https://q.example.org", "http://10.0.0.1:16333/")) {
            assertThat(environment(Map.of("QDRANT_URL", url)).getProperty("qdrant.url"))
                    .isEqualTo(url);
        }
        for (String uri : List.of("neo4j+s://host", "bolt://host:7687", "neo4j+ssc://host:7687/?policy=x")) {
            assertThat(environment(Map.of("NEO4J_URI", uri)).getProperty("neo4j.uri"))
                    .isEqualTo(uri);
        }
    }

    @Test
    void a_value_can_come_from_a_file(@TempDir Path dir) throws IOException {
        Path secret = Files.writeString(dir.resolve("url"), "redis://user:pass@cache:6379/0\n");
        assertThat(environment(Map.of("REDIS_URL_FILE", secret.toString())).getProperty("redis.url"))
                .isEqualTo("redis://user:pass@cache:6379/0");
    }

    @Test
    void a_value_file_that_is_missing_and_one_beside_a_value_are_told() {
        assertThatThrownBy(() -> environment(Map.of("REDIS_URL_FILE", "/nowhere/url")))
                .hasMessageContaining("REDIS_URL_FILE=/nowhere/url: the file cannot be read");
        assertThatThrownBy(() -> environment(Map.of("REDIS_URL_FILE", "/nowhere/url", "REDIS_URL", "redis://x")))
                .hasMessage("REDIS_URL and REDIS_URL_FILE are both set: remove one of them");
    }

    private static StandardEnvironment environment(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment() {
            @Override
            public Map<String, Object> getSystemEnvironment() {
                return new HashMap<>(variables);
            }
        };
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new HashMap<>(variables)));
        new EnvironmentVariables().postProcessEnvironment(environment, null);
        new ConfigurationCheck().postProcessEnvironment(environment, null);
        return environment;
    }
}
