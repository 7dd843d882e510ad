package routes.posts;

import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import routes.objectstore.ObjectStore;
import routes.outbox.Outbox;

@Configuration(proxyBeanMethods = false)
class PostStoreConfiguration {
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(60);

    @Bean
    PostStoreSettings postStoreSettings(PostProperties properties, ObjectStore objects) {
        return new PostStoreSettings(Duration.ofDays(properties.ttlDays()), TRANSACTION_TIMEOUT, objects.bucket());
    }

    @Bean
    ChannelStore channelStore(DataSource database) {
        return new ChannelStore(database);
    }

    @Bean
    AlbumWriter albumWriter(DataSource database, PlatformTransactionManager transactions) {
        return new AlbumWriter(database, transactions, TRANSACTION_TIMEOUT);
    }

    @Bean
    PostRemoval postRemoval(
            DataSource database,
            PlatformTransactionManager transactions,
            Outbox outbox,
            PostStoreSettings settings,
            Clock clock) {
        return new PostRemoval(database, transactions, outbox, settings, clock);
    }

    @Bean
    PostWriter postWriter(
            DataSource database,
            PlatformTransactionManager transactions,
            Outbox outbox,
            PostStoreSettings settings,
            Clock clock) {
        return new PostWriter(database, transactions, outbox, settings, clock);
    }
}
