package routes.events;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configures the streams, the product's JSON mapper and the event codec. */
@Configuration(proxyBeanMethods = false)
class EventsConfiguration {

    @Bean
    StreamCatalog streamCatalog(ObjectProvider<OwnStreams> own) {
        return new StreamCatalog(own.getIfAvailable(() -> OwnStreams.NONE));
    }

    @Bean
    ObjectMapper objectMapper() {
        return Json.newMapper();
    }

    @Bean
    EventCodec eventCodec(ObjectMapper mapper, StreamCatalog catalog) {
        return new EventCodec(mapper, catalog);
    }
}
