package routes.events;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/** digests.generate: a request for the digest of one day in the time zone of the user, from the scheduler or from the user. */
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
