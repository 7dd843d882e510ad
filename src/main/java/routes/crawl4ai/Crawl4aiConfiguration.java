package routes.crawl4ai;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.web.PageFetcher;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(Crawl4aiProperties.class)
class Crawl4aiConfiguration {

    @Bean
    Crawl4ai crawl4ai(Crawl4aiProperties properties, PageFetcher fetcher) {
        return new Crawl4ai(properties, fetcher);
    }
}
