package routes.configuration;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * One configurable value: a component of a {@link ConfigurationProperties} record. Only values declared by these records can be
 * configured.
 *
 * @param owner the record
 * @param component name of the component
 * @param property name in {@code config/application.yml}, such as {@code tagging.max-tags}
 * @param variable name in the environment, such as {@code TAGGING_MAX_TAGS}
 * @param type type of the value
 * @param defaultValue as in {@link DefaultValue}; empty if there is none
 */
public record Setting(
        Class<?> owner, String component, String property, String variable, Class<?> type, String defaultValue) {

    /** Cached, because settings do not change and several parts of the start use them. */
    private static final List<Setting> ALL = scan();

    public static List<Setting> all() {
        return ALL;
    }

    private static List<Setting> scan() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        // reading all classes of the product would add a second to the start
        scanner.setResourcePattern("**/*Properties.class");
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        return scanner.findCandidateComponents("routes").stream()
                .<Class<?>>map(found -> ClassUtils.resolveClassName(found.getBeanClassName(), null))
                .filter(Class::isRecord)
                .sorted(Comparator.comparing(Class::getName))
                .flatMap(owner -> Arrays.stream(owner.getRecordComponents()).map(part -> of(owner, part)))
                .toList();
    }

    private static Setting of(Class<?> owner, RecordComponent component) {
        String prefix = owner.getAnnotation(ConfigurationProperties.class).value();
        String name =
                component.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
        String property = prefix + "." + name;
        // the annotation is for parameters, so the record component itself does not carry it
        DefaultValue defaultValue = Arrays.stream(owner.getDeclaredConstructors()[0].getParameters())
                .filter(parameter -> parameter.getName().equals(component.getName()))
                .findFirst()
                .map(parameter -> parameter.getAnnotation(DefaultValue.class))
                .orElse(null);
        return new Setting(
                owner,
                component.getName(),
                property,
                property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT),
                component.getType(),
                defaultValue == null ? "" : String.join(",", defaultValue.value()));
    }

    /** Returns the name of the variable that contains the path of a file with the value. */
    public String fileVariable() {
        return variable + "_FILE";
    }
}
