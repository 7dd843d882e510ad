package routes.operations;

import java.util.List;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.RouteAware;
import org.apache.camel.management.DefaultManagementObjectNameStrategy;
import org.apache.camel.spi.ManagementAgent;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jmx.export.MBeanExporter;

/** Registers {@link StreamReplay} and {@link RouteEdits} in the JMX domain of the Camel context, and names consumers after their routes. */
@Configuration(proxyBeanMethods = false)
class StreamReplayConfiguration {

    @Bean
    CamelContextConfiguration streamReplayMBean(
            AutowireCapableBeanFactory spring, ObjectProvider<MBeanExporter> exporter) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {
                camel.getManagementStrategy().setManagementObjectNameStrategy(new ConsumersByRoute(camel));
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {
                ManagementAgent agent = camel.getManagementStrategy().getManagementAgent();
                MBeanExporter mbeans = exporter.getIfAvailable();
                if (agent == null || mbeans == null) {
                    return; // JMX is disabled
                }
                // not Spring beans, because Spring would register them a second time under other names
                for (Class<?> type : List.of(StreamReplay.class, RouteEdits.class)) {
                    try {
                        var name = new ObjectName(agent.getMBeanObjectDomainName() + ":context="
                                + camel.getManagementName() + ",type=services,name=" + type.getSimpleName());
                        mbeans.registerManagedResource(spring.createBean(type), name);
                    } catch (MalformedObjectNameException e) {
                        throw new IllegalStateException("Cannot register the MBean " + type.getSimpleName(), e);
                    }
                }
            }
        };
    }

    /**
     * Names consumers after their routes. Camel's default names end with a number that changes at each start, so dashboards cannot use
     * them.
     */
    private static final class ConsumersByRoute extends DefaultManagementObjectNameStrategy {

        ConsumersByRoute(CamelContext camel) {
            setCamelContext(camel);
        }

        @Override
        public ObjectName getObjectNameForConsumer(CamelContext camel, Consumer consumer)
                throws MalformedObjectNameException {
            ObjectName name = super.getObjectNameForConsumer(camel, consumer);
            if (!(consumer instanceof RouteAware aware) || aware.getRoute() == null) {
                return name;
            }
            String own =
                    consumer.getClass().getSimpleName() + "(" + aware.getRoute().getRouteId() + ")";
            return new ObjectName("%s:context=%s,type=%s,name=%s"
                    .formatted(
                            name.getDomain(),
                            name.getKeyProperty("context"),
                            name.getKeyProperty("type"),
                            own.matches("[\\w.()-]+") ? own : ObjectName.quote(own)));
        }
    }
}
