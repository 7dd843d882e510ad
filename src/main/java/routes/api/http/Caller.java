package routes.api.http;

import java.util.Optional;
import java.util.UUID;

/**
 * Who asks. Every query of the API is limited by it, so that what a caller may see is decided in one place.
 *
 * @param tenant the only tenant whose data the caller may see; empty where no keys are configured and the operator of the
 *     machine asks
 */
public record Caller(Optional<UUID> tenant) {

    /** For the SQL condition {@code (CAST(:caller AS uuid) IS NULL OR tenant_id = :caller)}. */
    public UUID tenantOrNull() {
        return tenant.orElse(null);
    }
}
