package routes.configuration;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** Finds the configuration records of the product; what they declare is all that can be configured. */
public class ConfigurationRecords {
    private final List<Class<?>> records;

    public ConfigurationRecords() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        records = scanner.findCandidateComponents("routes").stream()
                .map(definition -> ClassUtils.resolveClassName(definition.getBeanClassName(), null))
                .filter(Class::isRecord)
                .sorted(Comparator.comparing(Class::getName))
                .<Class<?>>map(type -> type)
                .toList();
    }

    public List<Class<?>> records() {
        return records;
    }

    public Stream<Setting> settings() {
        return records.stream()
                .flatMap(type -> Arrays.stream(type.getRecordComponents()).map(part -> Setting.of(type, part)));
    }
}
