package routes.operations;

import java.util.List;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;
import routes.reconcile.IndexRebuild;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexException;

/** Whether the vector index answers and is complete. */
@Component("index")
class IndexHealth implements HealthIndicator {
    private final VectorIndex index;
    private final IndexRebuild rebuild;

    IndexHealth(VectorIndex index, IndexRebuild rebuild) {
        this.index = index;
        this.rebuild = rebuild;
    }

    @Override
    public Health health() {
        try {
            long posts = index.count();
            return rebuild.progress()
                    .map(progress ->
                            Health.status(PipelineHealth.DEGRADED).withDetail("problems", List.of(progress.toString())))
                    .orElseGet(Health::up)
                    .withDetail("posts", posts)
                    .build();
        } catch (VectorIndexException e) {
            return Health.down(e).build();
        }
    }
}
