package routes.configuration;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Binds and validates every configuration record before anything starts. Reports all invalid values in one line. */
public class ConfigurationCheck implements EnvironmentPostProcessor, Ordered {
    private static final String LISTS = "lists of files as one property";

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 10;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Binder binder = Binder.get(environment);
        try (ValidatorFactory factory = Validation.byDefaultProvider()
                .configure()
                .messageInterpolator(new ParameterMessageInterpolator())
                .buildValidatorFactory()) {
            Validator validator = factory.getValidator();
            List<String> wrong = Setting.all().stream()
                    .map(Setting::owner)
                    .distinct()
                    .flatMap(type -> check(type, binder, validator).stream())
                    .toList();
            if (!wrong.isEmpty()) {
                throw new ConfigurationException(String.join("; ", wrong));
            }
        }
        environment.getPropertySources().addFirst(new MapPropertySource(LISTS, lists(environment, binder)));
    }

    /** Adds each list as one property: lists of YAML files are numbered properties, but routes refer to a list as a whole. */
    private static Map<String, Object> lists(ConfigurableEnvironment environment, Binder binder) {
        return Setting.all().stream()
                .filter(setting -> environment.containsProperty(setting.property() + "[0]"))
                .collect(Collectors.toMap(
                        Setting::property,
                        setting -> String.join(
                                ",",
                                binder.bind(setting.property(), Bindable.listOf(String.class))
                                        .get())));
    }

    private static List<String> check(Class<?> type, Binder binder, Validator validator) {
        String prefix = type.getAnnotation(ConfigurationProperties.class).value();
        Object bound;
        try {
            bound = binder.bindOrCreate(prefix, Bindable.of(type));
        } catch (BindException e) {
            return List.of(unreadable(type, e));
        }
        return validator.validate(bound).stream()
                .map(violation -> outOfBounds(type, violation))
                .sorted()
                .toList();
    }

    private static String unreadable(Class<?> type, BindException e) {
        ConfigurationPropertyName name = e.getName();
        Setting wrong = setting(type, setting -> {
            var property = ConfigurationPropertyName.of(setting.property());
            return property.equals(name) || property.isAncestorOf(name);
        });
        Object value = e.getProperty() == null ? "" : e.getProperty().getValue();
        return wrong(wrong, value, allowed(wrong.type()));
    }

    private static String outOfBounds(Class<?> type, ConstraintViolation<?> violation) {
        String component = violation.getPropertyPath().iterator().next().getName();
        Setting wrong = setting(type, setting -> setting.component().equals(component));
        return wrong(wrong, violation.getInvalidValue(), violation.getMessage());
    }

    private static Setting setting(Class<?> owner, Predicate<Setting> isMeant) {
        return Setting.all().stream()
                .filter(setting -> setting.owner().equals(owner) && isMeant.test(setting))
                .findFirst()
                .orElseThrow();
    }

    private static String wrong(Setting setting, Object value, String allowed) {
        return setting.variable() + "=" + Secrets.mask(setting.variable(), value) + ": " + allowed;
    }

    private static String allowed(Class<?> type) {
        if (type.isEnum()) {
            return "must be one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(Object::toString)
                            .collect(Collectors.joining(", "));
        }
        return switch (type.getSimpleName()) {
            case "int", "long", "Integer", "Long" -> "must be a whole number";
            case "boolean", "Boolean" -> "must be true or false";
            case "Duration" -> "must be a duration such as 500ms, 30s, 10m, 6h or 90d";
            case "double", "Double" -> "must be a number";
            case "URI" -> "must be a URL";
            default -> "must be a " + type.getSimpleName();
        };
    }
}
