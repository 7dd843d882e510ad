package routes.schedule;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.configuration.InstanceProperties;

@Configuration(proxyBeanMethods = false)
class ScheduleConfiguration {

    @Bean
    JobLock jobLock(RedisConnectionFactory redis) {
        return new JobLock(redis);
    }

    /** Routes use this bean name. */
    @Bean
    Jobs jobs(List<Job> jobs, JobLock lock, JdbcClient jdbc, MeterRegistry metrics, InstanceProperties instance) {
        return new Jobs(jobs, lock, new JobTable(jdbc), metrics, instance.nameOrHost());
    }
}
