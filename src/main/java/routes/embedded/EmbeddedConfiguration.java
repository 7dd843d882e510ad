package routes.embedded;

import io.lettuce.core.RedisClient;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Selects the embedded or the configured server for PostgreSQL and Redis, and creates the Redis clients. */
@Configuration(proxyBeanMethods = false)
class EmbeddedConfiguration {

    /**
     * @param url PostgreSQL as postgresql://user:password@host:port/db or jdbc:postgresql://…; empty: an embedded server
     */
    @ConfigurationProperties("database")
    record DatabaseProperties(
            @DefaultValue("")
                    @Pattern(
                            regexp = "|(jdbc:)?postgres(ql)?(\\+\\w+)?://.+",
                            message = "must be postgresql://user:password@host:port/db or jdbc:postgresql://…")
                    String url) {}

    /**
     * @param url Redis 6.2 or later, or Valkey, as redis://user:password@host:port/db or rediss://…; empty: an embedded server
     * @param caFile PEM file with the certificates to trust for rediss://; empty for those that Java trusts
     */
    @ConfigurationProperties("redis")
    record RedisProperties(
            @DefaultValue("")
                    @Pattern(
                            regexp = "|rediss?://.+",
                            message = "must be redis://user:password@host:port/db or rediss://…")
                    String url,
            @DefaultValue("") String caFile) {}

    /**
     * @param postgresPort port of the embedded PostgreSQL on 127.0.0.1; 0 for a free port, which is kept across restarts while it is free
     * @param redisPort    port of the embedded Redis on 127.0.0.1; 0 for a free port, which is kept across restarts while it is free
     */
    @ConfigurationProperties("embedded")
    record EmbeddedProperties(
            @DefaultValue("0") @Min(0) @Max(65535) int postgresPort,
            @DefaultValue("0") @Min(0) @Max(65535) int redisPort) {}

    @Bean
    DataFolder dataFolder(DataFolder.DataProperties properties) {
        return new DataFolder(properties.dir());
    }

    @Bean
    PostgresService postgresService(DatabaseProperties database, EmbeddedProperties embedded, DataFolder data) {
        return database.url().isEmpty()
                ? PostgresService.embedded(new EmbeddedPostgresService(data, embedded.postgresPort()))
                : PostgresService.configured(database.url());
    }

    @Bean
    RedisService redisService(RedisProperties redis, EmbeddedProperties embedded, DataFolder data) {
        return redis.url().isEmpty()
                ? RedisService.embedded(new EmbeddedRedisService(data, embedded.redisPort()))
                : RedisService.configured(redis);
    }

    /** The client for the product's own code, used through {@code routes.redis}. */
    @Bean(destroyMethod = "shutdown")
    RedisClient redisClient(RedisService redis) {
        return redis.newClient();
    }

    /**
     * For libraries that need Spring's connection factory: ShedLock, and camel-spring-redis in routes of integrators. Replaces Spring
     * Boot's factory, which does not support a CA file.
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
