package routes.api.access;

import java.util.UUID;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * The caller of the API. Every query is restricted by the caller, so access to data is decided in one place.
 *
 * @param name of the key
 * @param tenant the only tenant whose data the caller may see; null for all tenants, if no keys are configured and the caller is the
 *     operator of the machine
 */
public record Caller(String name, UUID tenant, Role role) {

    private static final Caller LOCAL = new Caller("local", null, Role.ADMIN);

    /** Returns the caller of the request that the current thread processes. */
    public static Caller current() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getPrincipal() instanceof Caller caller ? caller : LOCAL;
    }

    /** Does not contain the key itself, which is not stored. */
    Authentication authentication() {
        return UsernamePasswordAuthenticationToken.authenticated(this, null, null);
    }
}
