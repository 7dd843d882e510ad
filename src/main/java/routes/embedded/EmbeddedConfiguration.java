package routes.embedded;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.configuration.DataProperties;

/** Selects the embedded or the configured service for each of PostgreSQL and Redis. */
@Configuration(proxyBeanMethods = false)
class EmbeddedConfiguration {

    @Bean
    DataFolder dataFolder(DataProperties properties) {
        return new DataFolder(properties.dir());
    }

    /** The address of PostgreSQL for the connection pool. Owns the embedded server if there is one. */
    @Bean
    PostgresService postgresService(DatabaseProperties database, EmbeddedProperties embedded, DataFolder data) {
        return database.url().isEmpty()
                ? PostgresService.embedded(new EmbeddedPostgresService(data, embedded.postgresPort()))
                : PostgresService.configured(PostgresUrl.parse(database.url()));
    }

    @Bean
    RedisService redisService(RedisProperties redis, EmbeddedProperties embedded, DataFolder data) {
        return redis.url().isEmpty()
                ? RedisService.embedded(new EmbeddedRedisService(data, embedded.redisPort()))
                : RedisService.configured(redis);
    }
}
