package routes.api;

import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import routes.api.access.Caller;
import routes.api.access.Role;

/** Calls beans as the holder of a key does. */
final class Callers {

    private Callers() {}

    static <T> T as(UUID tenant, Supplier<T> call) {
        var caller = new Caller("anna", tenant, Role.ADMIN);
        SecurityContextHolder.getContext()
                .setAuthentication(UsernamePasswordAuthenticationToken.authenticated(caller, null, null));
        try {
            return call.get();
        } finally {
            SecurityContextHolder.clearContext();
        }
    }
}
