package routes.events;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/** digests.generate: A digest of one day, in the zone of the user, is asked for by the scheduler or by hand. */
public record DigestsGenerate(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        String userId,
        UUID tenantId,
        LocalDate digestDate,
        String trigger)
        implements Event {

    @Override
    public String triggerText() {
        return trigger;
    }
}
