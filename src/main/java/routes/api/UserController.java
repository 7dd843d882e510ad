package routes.api;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;

@RestController
final class UserController {

    private final UserStore users;
    private final TenantStore tenants;

    UserController(UserStore users, TenantStore tenants) {
        this.users = users;
        this.tenants = tenants;
    }

    @PostMapping(path = "/users", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<User> create(Caller caller, @Valid @RequestBody NewUser wanted) {
        UUID tenant = tenant(caller, wanted.tenant());
        User user = users.create(tenant, wanted.telegramId(), TelegramName.bare(wanted.username()))
                .orElseThrow(() -> alreadyThere(tenant, wanted.telegramId()));
        return ResponseEntity.created(URI.create("/users/" + user.id())).body(user);
    }

    @GetMapping("/users")
    Page<User> list(
            Caller caller,
            @RequestParam(name = "limit", defaultValue = "50") @Min(1) @Max(100) int limit,
            @RequestParam(name = "cursor", required = false) String cursor) {
        String scope = "users of " + caller.tenantOrNull();
        Optional<Cursor> after = Optional.ofNullable(cursor).map(text -> Cursor.decode(text, scope));
        return Page.of(users.list(caller, after, limit + 1), limit, User::place, scope);
    }

    @GetMapping("/users/{user_id}")
    User read(Caller caller, @PathVariable("user_id") long id) {
        return users.require(caller, id);
    }

    /** A caller with a tenant cannot see other tenants. */
    private UUID tenant(Caller caller, String wanted) {
        if (caller.tenant().isEmpty()) {
            return wanted == null ? TenantStore.DEFAULT_TENANT : tenants.require(wanted);
        }
        UUID own = caller.tenant().get();
        if (wanted != null && !tenants.find(wanted).equals(caller.tenant())) {
            throw ProblemType.NOT_FOUND.exception(
                    "tenant", "There is no tenant " + wanted, "Leave tenant out: it is that of the key.");
        }
        return own;
    }

    private RuntimeException alreadyThere(UUID tenant, long telegramId) {
        return users.findId(tenant, telegramId)
                .map(id -> ProblemType.CONFLICT.exception(
                        "telegram_id", "User " + id + " of this tenant has this telegram_id", "Use user " + id + "."))
                .orElseThrow();
    }
}
