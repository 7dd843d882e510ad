package routes.api.access;

import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;
import routes.api.ApiDatabase;
import routes.api.Uuids;
import routes.api.http.ProblemType;

/**
 * Checks that the resources in a path belong to the tenant of the key. Every query of an operation is limited to the tenant anyway.
 * This check runs first, so that a key of another tenant gets the same answer whatever the rest of the request and the role are.
 */
@Component
final class TenantResources {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    /** The table for a path variable, with the columns that may hold its value. */
    private record Resource(String noun, String table, String numberColumn, String uuidColumn) {}

    private static final Map<String, Resource> RESOURCES = Map.of(
            "user_id", new Resource("user", "users", "id", null),
            "post_id", new Resource("post", "posts", "number", "id"),
            "album_id", new Resource("album", "media_groups", "id", null),
            "job_id", new Resource("import", "imports", null, "id"));

    private final ApiDatabase database;

    TenantResources(ApiDatabase database) {
        this.database = database;
    }

    /**
     * @param variables path variables by their names in the OpenAPI document; the operation handles values that are not ids
     * @throws ErrorResponseException status 404, if the tenant does not have one of the resources
     */
    void check(UUID tenant, Map<String, String> variables) {
        variables.forEach((name, value) -> {
            Resource resource = RESOURCES.get(name);
            if (resource != null && !belongs(tenant, resource, value)) {
                throw ProblemType.NOT_FOUND.exception(name, "There is no " + resource.noun() + " " + value);
            }
        });
    }

    private boolean belongs(UUID tenant, Resource resource, String value) {
        if (resource.numberColumn() != null && NUMBER.matcher(value).matches()) {
            return isThere(tenant, resource.table(), resource.numberColumn(), Long.valueOf(value));
        }
        return resource.uuidColumn() == null
                || Uuids.parse(value)
                        .map(id -> isThere(tenant, resource.table(), resource.uuidColumn(), id))
                        .orElse(true);
    }

    private boolean isThere(UUID tenant, String table, String column, Object id) {
        return database.sql("SELECT EXISTS (SELECT 1 FROM %s WHERE %s = :id AND tenant_id = :tenant)"
                        .formatted(table, column))
                .param("id", id)
                .param("tenant", tenant)
                .query(Boolean.class)
                .single();
    }
}
