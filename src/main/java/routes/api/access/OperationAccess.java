package routes.api.access;

import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.stereotype.Component;

/** Authorises requests: none without a key; resources of other tenants appear not to exist. */
@Component
final class OperationAccess implements AuthorizationManager<RequestAuthorizationContext> {

    private final Operations operations;
    private final TenantResources resources;

    OperationAccess(Operations operations, TenantResources resources) {
        this.operations = operations;
        this.resources = resources;
    }

    /** @throws org.springframework.web.ErrorResponseException status 404 for a resource that the tenant of the key does not have */
    @Override
    public AuthorizationDecision authorize(
            Supplier<Authentication> authentication, RequestAuthorizationContext context) {
        Optional<Operations.Call> call = operations.find(context.getRequest());
        if (call.isPresent() && call.get().role().isEmpty()) {
            return new AuthorizationDecision(true);
        }
        if (!(authentication.get() instanceof ApiKeyAuthentication key)) {
            return new AuthorizationDecision(false);
        }
        call.ifPresent(wanted -> check(key, wanted));
        return new AuthorizationDecision(true);
    }

    private void check(ApiKeyAuthentication key, Operations.Call call) {
        resources.check(key.tenant(), call.variables());
        Role needed = call.role().orElseThrow();
        if (!key.role().includes(needed)) {
            throw new AccessDeniedException("The key " + key.getName() + " is one for a "
                    + key.role().text() + "; this needs one for an " + needed.text());
        }
    }

    @Override
    @SuppressWarnings("removal") // the method that authorize() replaces is still abstract
    public AuthorizationDecision check(Supplier<Authentication> authentication, RequestAuthorizationContext context) {
        return authorize(authentication, context);
    }
}
