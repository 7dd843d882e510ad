package routes.api.access;

import java.util.List;
import java.util.UUID;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A caller authenticated by its key. */
final class ApiKeyAuthentication extends AbstractAuthenticationToken {

    private static final long serialVersionUID = 1L;

    private final String name;
    private final UUID tenant;
    private final Role role;

    ApiKeyAuthentication(ApiKey key, UUID tenant) {
        super(List.of());
        this.name = key.name();
        this.tenant = tenant;
        this.role = key.role();
        setAuthenticated(true);
    }

    UUID tenant() {
        return tenant;
    }

    Role role() {
        return role;
    }

    /** The key itself is not kept. */
    @Override
    public Object getCredentials() {
        return "";
    }

    @Override
    public Object getPrincipal() {
        return name;
    }
}
