package routes.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.ZoneId;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.events.EventCodec;
import routes.events.StreamCatalog;
import routes.ingest.export.ExportSource;
import routes.ingest.upload.UploadFolders;
import routes.outbox.Outbox;
import routes.outbox.OutboxHealth;
import routes.outbox.OutboxProperties;
import routes.outbox.OutboxRelay;
import routes.outbox.UnreadLimit;
import routes.posts.PostRemoval;
import routes.redis.StreamAdmin;
import routes.tracing.EntryTraces;

@Configuration(proxyBeanMethods = false)
class IngestConfiguration {

    @Bean
    Outbox outbox(DataSource database, EventCodec codec) {
        return new Outbox(database, codec);
    }

    @Bean
    OutboxRelay outboxRelay(
            DataSource database,
            EventCodec codec,
            EntryTraces traces,
            StreamAdmin redis,
            StreamCatalog catalog,
            OutboxProperties properties) {
        return new OutboxRelay(database, codec, traces, new UnreadLimit(redis, catalog, properties.maxUnread()));
    }

    @Bean
    OutboxHealth outboxHealthIndicator(OutboxRelay relay, MeterRegistry registry) {
        return new OutboxHealth(relay, registry);
    }

    @Bean
    ImportService importService(
            DataSource database,
            PostIntake intake,
            PostRemoval removal,
            ImportProperties properties,
            UploadFolders uploads,
            ProgressListener listener) {
        return new ImportService(
                database,
                // exports without Unix times contain local times of the machine that wrote them
                path -> ExportSource.open(path, ZoneId.systemDefault()),
                intake,
                removal,
                properties,
                progress -> {
                    if (progress.isOver()) {
                        uploads.release(progress.file());
                    }
                    listener.progress(progress);
                });
    }
}
