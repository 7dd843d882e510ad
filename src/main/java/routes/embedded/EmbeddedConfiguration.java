package routes.embedded;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.configuration.DataProperties;

/** Decides for each service between the embedded one and the one that is configured. */
@Configuration(proxyBeanMethods = false)
class EmbeddedConfiguration {

    @Bean
    DataFolder dataFolder(DataProperties properties) {
        return new DataFolder(properties.dir());
    }

    /** Where PostgreSQL is, for the connection pool; owns the embedded server where there is one. */
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
