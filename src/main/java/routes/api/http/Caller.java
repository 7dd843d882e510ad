package routes.api.http;

import java.util.Optional;
import java.util.UUID;

/**
 * The caller of the API. Every query is limited by it, so what a caller may see is decided in one place.
 *
 * @param tenant the only tenant whose data the caller may see; empty if no keys are configured and the caller is the operator
 *     of the machine
 */
public record Caller(Optional<UUID> tenant) {

    /** For the SQL condition {@code (CAST(:caller AS uuid) IS NULL OR tenant_id = :caller)}. */
    public UUID tenantOrNull() {
        return tenant.orElse(null);
    }
}
