package routes.api;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import routes.routefiles.PipelineStages;

/** Keeps the API port closed in a process without the stage api; health and metrics stay on the management port. */
public final class ApiSwitch implements EnvironmentPostProcessor, Ordered {

    private static final String CLOSED = "-1";

    /** Runs after the individual values have been validated. */
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 15;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (!isOn(environment)) {
            environment
                    .getPropertySources()
                    .addFirst(new MapPropertySource("no API in this process", Map.of("server.port", CLOSED)));
        }
    }

    /** Whether this process serves the API. */
    public static boolean isOn(Environment environment) {
        return PipelineStages.parse(environment.getProperty("pipeline.routes")).includes("api");
    }
}
