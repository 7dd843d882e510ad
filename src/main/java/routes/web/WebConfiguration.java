package routes.web;

import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CrawlProperties.class)
class WebConfiguration {

    @Bean
    PageFetcher pageFetcher(CrawlProperties properties, Clock clock) {
        return new PageFetcher(properties, clock);
    }
}
