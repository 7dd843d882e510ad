package routes.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.ZoneId;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.events.EventCodec;
import routes.ingest.export.ExportSource;
import routes.ingest.upload.ExportUnpacker;
import routes.ingest.upload.UploadFolders;
import routes.ingest.upload.UploadProperties;
import routes.objectstore.ObjectStore;
import routes.outbox.Outbox;
import routes.outbox.OutboxHealth;
import routes.outbox.OutboxRelay;
import routes.posts.PostRemoval;
import routes.posts.PostWriter;

@Configuration(proxyBeanMethods = false)
class IngestConfiguration {

    @Bean
    Outbox outbox(DataSource database, EventCodec codec) {
        return new Outbox(database, codec);
    }

    @Bean
    OutboxRelay outboxRelay(DataSource database, EventCodec codec) {
        return new OutboxRelay(database, codec);
    }

    @Bean
    OutboxHealth outboxHealthIndicator(OutboxRelay relay, MeterRegistry registry) {
        return new OutboxHealth(relay, registry);
    }

    @Bean
    IngestMetrics ingestMetrics(MeterRegistry registry) {
        return new IngestMetrics(registry);
    }

    @Bean
    MediaStore mediaStore(ObjectStore objects, MediaProperties properties, IngestMetrics metrics) {
        var limits = new MediaLimits(properties.maxBytes(), MediaLimits.DEFAULT.types(), properties.concurrency());
        return new MediaStore(objects, limits, metrics);
    }

    @Bean
    PostIntake postIntake(MediaStore media, PostWriter posts, IngestMetrics metrics) {
        return new PostIntake(media, posts, metrics);
    }

    @Bean
    UploadFolders uploadFolders(ImportProperties properties) {
        return new UploadFolders(properties.dir());
    }

    @Bean
    ExportUnpacker exportUnpacker(UploadProperties limits) {
        return new ExportUnpacker(limits);
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
                new DeletedMessages(removal),
                new ImportSettings(properties.queueSize(), properties.outageTolerance(), properties.deletions()),
                progress -> {
                    if (progress.isOver()) {
                        uploads.release(progress.file());
                    }
                    listener.progress(progress);
                });
    }
}
