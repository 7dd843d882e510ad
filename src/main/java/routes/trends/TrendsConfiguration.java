package routes.trends;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.schedule.Job;
import routes.trends.Trends.Window;

/** The jobs that detect trends. */
@Configuration(proxyBeanMethods = false)
class TrendsConfiguration {

    @Bean
    Job dailyTrendsJob(Trends trends) {
        return Job.of("trends", () -> trends.detect(Window.WEEK));
    }

    @Bean
    Job slidingTrendsJob(Trends trends) {
        return Job.of("trends-sliding", () -> trends.detect(Window.DAY));
    }
}
