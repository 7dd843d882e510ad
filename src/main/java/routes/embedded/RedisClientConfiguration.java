package routes.embedded;

import io.lettuce.core.RedisClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The Redis clients, all with the same address and options. Their connections open on first use. */
@Configuration(proxyBeanMethods = false)
class RedisClientConfiguration {

    /** For the streams component. */
    @Bean(destroyMethod = "shutdown")
    RedisClient redisClient(RedisService redis) {
        RedisClient client = RedisClient.create(redis.uri());
        client.setOptions(redis.clientOptions());
        return client;
    }

    /** For Spring's templates, the locks of jobs and the health check. Replaces Spring Boot's, which does not support a CA file. */
    @Bean
    LettuceConnectionFactory redisConnectionFactory(RedisService redis) {
        return new LettuceConnectionFactory(
                LettuceConnectionFactory.createRedisConfiguration(redis.uri()),
                LettuceClientConfiguration.builder()
                        .clientOptions(redis.clientOptions())
                        .apply(redis.uri())
                        .build());
    }
}
