package routes.operations;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import java.io.IOException;
import java.util.Properties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

/** Filters that apply to all meters. */
@Configuration(proxyBeanMethods = false)
class MetricsConfiguration {

    /** Sets the HELP text of each metric from metrics.properties. */
    @Bean
    MeterFilter metricDescriptions() throws IOException {
        Properties descriptions = PropertiesLoaderUtils.loadProperties(new ClassPathResource("metrics.properties"));
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                String text = descriptions.getProperty(id.getName());
                return text == null
                        ? id
                        : new Meter.Id(
                                id.getName(), Tags.of(id.getTagsAsIterable()), id.getBaseUnit(), text, id.getType());
            }
        };
    }

    /**
     * Drops the series with an empty routeId. Camel uses them for totals of the whole context, so sums over routes would count
     * twice.
     */
    @Bean
    MeterFilter noSeriesWithoutRoute() {
        return MeterFilter.deny(id -> id.getName().startsWith("camel.") && "".equals(id.getTag("routeId")));
    }
}
