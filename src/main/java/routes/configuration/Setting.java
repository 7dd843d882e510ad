package routes.configuration;

import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One configurable value: a component of a {@link ConfigurationProperties} record.
 *
 * @param property name in {@code config/application.yml}, such as {@code tagging.max-tags}
 * @param variable name in the environment, such as {@code TAGGING_MAX_TAGS}
 * @param type     type of the value
 * @param defaultValue as in {@link DefaultValue}, empty if there is none
 */
public record Setting(String property, String variable, Class<?> type, String defaultValue) {

    static Setting of(Class<?> owner, RecordComponent component) {
        String prefix = owner.getAnnotation(ConfigurationProperties.class).value();
        String name =
                component.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
        String property = prefix + "." + name;
        String variable = property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
        DefaultValue defaultValue = constructorParameter(owner, component).getAnnotation(DefaultValue.class);
        return new Setting(
                property,
                variable,
                component.getType(),
                defaultValue == null ? "" : String.join(",", defaultValue.value()));
    }

    // the annotation is for parameters, so the record component itself does not carry it
    private static Parameter constructorParameter(Class<?> owner, RecordComponent component) {
        List<String> names = Arrays.stream(owner.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        return owner.getDeclaredConstructors()[0].getParameters()[names.indexOf(component.getName())];
    }

    /** Name of the variable that contains the path of a file with the value. */
    String fileVariable() {
        return variable + "_FILE";
    }
}
