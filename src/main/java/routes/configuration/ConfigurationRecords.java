package routes.configuration;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** Finds the configuration records of the product. Only what they declare can be configured. */
public class ConfigurationRecords {
    /** They do not change, and several parts of the start use them. */
    private static final List<Class<?>> RECORDS = scan();

    private static List<Class<?>> scan() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        // reading all classes of the product would add a second to the start
        scanner.setResourcePattern("**/*Properties.class");
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        return scanner.findCandidateComponents("routes").stream()
                .map(definition -> ClassUtils.resolveClassName(definition.getBeanClassName(), null))
                .filter(Class::isRecord)
                .sorted(Comparator.comparing(Class::getName))
                .<Class<?>>map(type -> type)
                .toList();
    }

    public List<Class<?>> records() {
        return RECORDS;
    }

    public Stream<Setting> settings() {
        return RECORDS.stream()
                .flatMap(type -> Arrays.stream(type.getRecordComponents()).map(part -> Setting.of(type, part)));
    }
}
