package routes.timeline;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

@Configuration(proxyBeanMethods = false)
class TimelineConfiguration {

    @Bean
    TimelineBuffer timelineBuffer(TimelineProperties properties, MeterRegistry registry) {
        return new TimelineBuffer(properties.buffer(), registry);
    }

    /** Camel asks it for the policy of each route. */
    @Bean
    StageTimeline stageTimeline(TimelineBuffer buffer, Clock clock, TimelineProperties properties) {
        return new StageTimeline(buffer, clock, properties.enabled());
    }

    @Bean
    TimelineTable timelineTable(DataSource database, PlatformTransactionManager transactions) {
        return new TimelineTable(database, transactions);
    }

    /** Stops after the routes, which Camel stops before beans are destroyed, and before the database. */
    @Bean(initMethod = "start", destroyMethod = "close")
    TimelineWriter timelineWriter(
            TimelineBuffer buffer, TimelineTable table, TimelineProperties properties, Clock clock) {
        return new TimelineWriter(buffer, table, Duration.ofDays(properties.days()), clock);
    }
}
