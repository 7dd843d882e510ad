package routes.stages;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.events.EventCodec;

@Configuration(proxyBeanMethods = false)
class StagesConfiguration {

    /** Named as routes call it: {@code bean: {ref: events, method: read}}. */
    @Bean
    EventRoutes events(EventCodec codec) {
        return new EventRoutes(codec);
    }
}
