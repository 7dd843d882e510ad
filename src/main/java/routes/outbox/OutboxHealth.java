package routes.outbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.dao.DataAccessException;

/** Outbox rows that cannot be published: health component {@code outbox} and gauge {@code outbox_quarantined}. */
public final class OutboxHealth implements HealthIndicator {
    private static final int NAMED = 20;

    private final OutboxRelay relay;

    public OutboxHealth(OutboxRelay relay, MeterRegistry metrics) {
        this.relay = relay;
        Gauge.builder("outbox.quarantined", relay, known -> known.quarantined().size())
                .description("Rows of the outbox that cannot be published, in the table outbox_quarantine")
                .register(metrics);
    }

    @Override
    public Health health() {
        try {
            List<Long> ids = relay.quarantined();
            return ids.isEmpty()
                    ? Health.up().build()
                    : Health.status("DEGRADED")
                            .withDetail("quarantined", ids.size())
                            .withDetail("ids", ids.stream().limit(NAMED).toList())
                            .withDetail("problem", "events that cannot be published: see the table outbox_quarantine")
                            .build();
        } catch (DataAccessException e) {
            return Health.unknown()
                    .withDetail("problem", "the database does not respond")
                    .build();
        }
    }
}
