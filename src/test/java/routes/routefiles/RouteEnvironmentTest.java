package routes.routefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.stereotype.Component;

class RouteEnvironmentTest {

    /** Cannot be made: to be asked about, but not to be started. */
    @Lazy
    @Component("worker")
    static class Worker {
        Worker() {
            throw new IllegalStateException("made");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Worker.class)
    static class Application {

        @Bean({"tagger", "labeller"})
        @Lazy
        Samples.Tagger tagger() {
            throw new IllegalStateException("made");
        }

        @Bean
        @Lazy
        @ConditionalOnProperty("ledger.enabled")
        Samples.Ledger ledger() {
            throw new IllegalStateException("made");
        }
    }

    @Test
    void knows_names_and_types_of_beans_without_making_them() {
        Map<String, Class<?>> beans = environment("ledger.enabled", "true").beans();

        assertThat(beans)
                .containsEntry("worker", Worker.class)
                .containsEntry("tagger", Samples.Tagger.class)
                .containsEntry("labeller", Samples.Tagger.class)
                .containsEntry("ledger", Samples.Ledger.class);
    }

    @Test
    void leaves_out_beans_whose_condition_fails() {
        assertThat(environment("ledger.enabled", "false").beans()).doesNotContainKey("ledger");
    }

    @Test
    void knows_the_beans_that_a_started_context_has() {
        try (AnnotationConfigApplicationContext started = new AnnotationConfigApplicationContext(Application.class)) {
            String[] own = Arrays.stream(started.getBeanDefinitionNames())
                    .filter(name -> !name.startsWith("org.springframework"))
                    .toArray(String[]::new);

            assertThat(environment("ledger.enabled", "").beans().keySet()).contains(own);
            assertThat(own).contains("worker", "tagger");
        }
    }

    @Test
    void resolves_properties_as_a_start_does() {
        RouteEnvironment environment = environment("tagging.concurrency", "${TAGGING_CONCURRENCY_OF_NOBODY:4}");

        assertThat(environment.properties().apply("tagging.concurrency")).isEqualTo("4");
        assertThat(environment.properties().apply("tagging.concurency")).isNull();
    }

    @Test
    void reads_application_yml(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("application.yml"), "tagging:\n  concurrency: 7\n");
        System.setProperty("spring.config.additional-location", folder + "/");
        try {
            ConfigurableEnvironment environment = RouteEnvironment.settings(new DefaultResourceLoader());

            assertThat(environment.getProperty("tagging.concurrency")).isEqualTo("7");
        } finally {
            System.clearProperty("spring.config.additional-location");
        }
    }

    private static RouteEnvironment environment(String property, String value) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of(property, value)));
        return RouteEnvironment.of(Application.class, environment, new DefaultResourceLoader(), Set.of());
    }
}
