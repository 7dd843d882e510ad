package routes.operations;

import java.io.IOException;
import java.util.List;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;
import routes.objectstore.ObjectStore;

/** Whether media files can be stored and read. Without that, imports wait and the rest works. */
@Component("objectStore")
class ObjectStoreHealth implements HealthIndicator {
    private final ObjectStore objects;

    ObjectStoreHealth(ObjectStore objects) {
        this.objects = objects;
    }

    @Override
    public Health health() {
        try {
            objects.check();
            return Health.up().withDetail("bucket", objects.bucket()).build();
        } catch (IOException e) {
            return Health.status(PipelineHealth.DEGRADED)
                    .withDetail("problems", List.of(String.valueOf(e.getMessage())))
                    .build();
        }
    }
}
