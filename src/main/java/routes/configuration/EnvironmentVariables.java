package routes.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Reads values from the files named by {@code *_FILE} variables, replaces empty variables with their defaults, and makes the defaults of
 * the configuration records available as properties, so that routes can use every setting as a placeholder.
 */
public class EnvironmentVariables implements EnvironmentPostProcessor, Ordered {
    static final String SOURCE = "environment variables of the product";
    static final String DEFAULTS = "defaults of the configuration records";

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER - 1;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Map<String, Object> variables = environment.getSystemEnvironment();
        Map<String, Object> values = new HashMap<>();
        Map<String, Object> defaults = new HashMap<>();
        Setting.all().forEach(setting -> {
            defaults.put(setting.property(), setting.defaultValue());
            Object value = variables.get(setting.variable());
            Object file = variables.get(setting.fileVariable());
            if (isSet(value) && isSet(file)) {
                throw new ConfigurationException(
                        setting.variable() + " and " + setting.fileVariable() + " are both set: remove one of them");
            }
            if (isSet(file)) {
                values.put(setting.property(), read(setting, file.toString()));
            } else if (value != null) {
                // `.env` files contain variables with empty values
                values.put(setting.property(), isSet(value) ? value : setting.defaultValue());
            }
        });
        environment.getPropertySources().addBefore("systemEnvironment", new MapPropertySource(SOURCE, values));
        environment.getPropertySources().addLast(new MapPropertySource(DEFAULTS, defaults));
    }

    private static boolean isSet(Object value) {
        return value != null && !value.toString().isBlank();
    }

    private static String read(Setting setting, String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new ConfigurationException(
                    setting.fileVariable() + "=" + file + ": the file cannot be read (" + e.getMessage() + ")", e);
        }
    }
}
