package routes.operations;

import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ManagementAgent;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.posts.TaggingRequests;
import routes.schedule.Jobs;
import routes.timeline.TimelineTable;

/** Shows {@link StreamReplay} in the domain of the Camel context. */
@Configuration(proxyBeanMethods = false)
class StreamReplayConfiguration {

    @Bean
    StreamReplay streamReplay(
            TimelineTable timelines, StagePauses pauses, Jobs jobs, TaggingRequests tagging, TaggingTrial trial) {
        return new StreamReplay(timelines, pauses, jobs, tagging, trial);
    }

    @Bean
    CamelContextConfiguration streamReplayMBean(StreamReplay replay) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {}

            @Override
            public void afterApplicationStart(CamelContext camel) {
                ManagementAgent agent = camel.getManagementStrategy().getManagementAgent();
                if (agent == null) {
                    return; // JMX is switched off
                }
                try {
                    agent.register(replay, name(camel, agent));
                } catch (Exception e) {
                    throw new IllegalStateException("The MBean StreamReplay cannot be registered", e);
                }
            }
        };
    }

    private static ObjectName name(CamelContext camel, ManagementAgent agent) throws MalformedObjectNameException {
        return new ObjectName(agent.getMBeanObjectDomainName() + ":context=" + camel.getManagementName()
                + ",type=services,name=StreamReplay");
    }
}
