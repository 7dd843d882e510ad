package routes.operations;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import java.io.IOException;
import java.util.Properties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

/** What all meters have in common. */
@Configuration(proxyBeanMethods = false)
class MetricsConfiguration {

    /** Every metric of the product is described in metrics.properties, which becomes its HELP text. */
    @Bean
    MeterFilter metricDescriptions() throws IOException {
        Properties descriptions = PropertiesLoaderUtils.loadProperties(new ClassPathResource("metrics.properties"));
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                String description = descriptions.getProperty(id.getName());
                return description == null
                        ? id
                        : new Meter.Id(
                                id.getName(),
                                Tags.of(id.getTagsAsIterable()),
                                id.getBaseUnit(),
                                description,
                                id.getType());
            }
        };
    }

    /** Camel counts some things for the whole context too, in series whose routeId is empty; sums over routes would count them twice. */
    @Bean
    MeterFilter noSeriesWithoutRoute() {
        return new MeterFilter() {
            @Override
            public MeterFilterReply accept(Meter.Id id) {
                return id.getName().startsWith("camel.") && "".equals(id.getTag("routeId"))
                        ? MeterFilterReply.DENY
                        : MeterFilterReply.NEUTRAL;
            }
        };
    }
}
