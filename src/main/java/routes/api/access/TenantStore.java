package routes.api.access;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/** Tenants by their id or name. */
@Component
public record TenantStore(ApiDatabase database) {

    public static final UUID DEFAULT_TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");

    /** Accepts only the full form, unlike {@link UUID#fromString}, which also accepts 1-1-1-1-1. */
    private static final Pattern UUID_FORM = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    /**
     * Returns the tenant with this id or name, and creates it if it does not exist. The id is derived from the name, so two concurrent
     * requests create one tenant.
     */
    public UUID require(String idOrName) {
        UUID id = find(idOrName).orElseGet(() -> UUID.nameUUIDFromBytes(idOrName.getBytes(StandardCharsets.UTF_8)));
        database.sql("INSERT INTO tenants (id, name) VALUES (:id, :name) ON CONFLICT (id) DO NOTHING")
                .param("id", id)
                .param("name", idOrName)
                .update();
        return id;
    }

    /** Returns the given id, or the id of the tenant with this name; empty for an unknown name. */
    public Optional<UUID> find(String idOrName) {
        return UUID_FORM.matcher(idOrName).matches()
                ? Optional.of(UUID.fromString(idOrName))
                : database.sql("SELECT id FROM tenants WHERE name = :name ORDER BY created_at, id LIMIT 1")
                        .param("name", idOrName)
                        .query(UUID.class)
                        .optional();
    }
}
