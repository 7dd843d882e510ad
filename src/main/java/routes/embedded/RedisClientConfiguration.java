package routes.embedded;

import io.lettuce.core.RedisClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The Redis clients, all with the same address and options. Their connections open on first use. */
@Configuration(proxyBeanMethods = false)
class RedisClientConfiguration {

    /** For everything of the product, by way of {@code routes.redis}. */
    @Bean(destroyMethod = "shutdown")
    RedisClient redisClient(RedisService redis) {
        RedisClient client = RedisClient.create(redis.uri());
        client.setOptions(redis.clientOptions());
        return client;
    }

    /**
     * For the libraries that need Spring's: ShedLock, and camel-spring-redis in routes of integrators. Replaces Spring Boot's, which
     * does not support a CA file.
     */
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
