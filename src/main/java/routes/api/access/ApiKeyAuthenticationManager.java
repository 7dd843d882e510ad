package routes.api.access;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;
import routes.api.TenantStore;

/** Authenticates keys. Finds or creates the tenant on the first use of a key, since the database may be unavailable at start. */
@Component
final class ApiKeyAuthenticationManager implements AuthenticationManager {

    private final ApiKeys keys;
    private final TenantStore tenants;
    private final Map<String, UUID> tenantIds = new ConcurrentHashMap<>();

    ApiKeyAuthenticationManager(ApiKeys keys, TenantStore tenants) {
        this.keys = keys;
        this.tenants = tenants;
    }

    /** @param bearer its credentials are the key as sent by the client */
    @Override
    public Authentication authenticate(Authentication bearer) {
        ApiKey key = keys.find((String) bearer.getCredentials())
                .orElseThrow(() -> new BadCredentialsException("There is no such key"));
        return new ApiKeyAuthentication(key, tenantIds.computeIfAbsent(key.tenant(), tenants::require));
    }
}
