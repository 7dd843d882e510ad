package routes.api;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;

@RestController
final class SubscriptionController {

    private final UserStore users;
    private final SubscriptionStore subscriptions;

    SubscriptionController(UserStore users, SubscriptionStore subscriptions) {
        this.users = users;
        this.subscriptions = subscriptions;
    }

    @PostMapping(path = "/users/{user_id}/channels", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Subscription> subscribe(
            Caller caller, @PathVariable("user_id") long id, @Valid @RequestBody NewSubscription wanted) {
        User user = users.require(caller, id);
        UUID channel = subscriptions.channel(wanted.bare());
        boolean isNew = subscriptions.subscribe(user.id(), channel);
        return ResponseEntity.status(isNew ? HttpStatus.CREATED : HttpStatus.OK)
                .body(subscriptions.read(user.id(), channel));
    }

    @GetMapping("/users/{user_id}/channels")
    Page<Subscription> list(
            Caller caller,
            @PathVariable("user_id") long id,
            @RequestParam(name = "limit", defaultValue = "50") @Min(1) @Max(100) int limit,
            @RequestParam(name = "cursor", required = false) String cursor) {
        User user = users.require(caller, id);
        String scope = "channels " + user.id();
        Optional<Cursor> after = Optional.ofNullable(cursor).map(text -> Cursor.decode(text, scope));
        return Page.of(subscriptions.list(user.id(), after, limit + 1), limit, Subscription::place, scope);
    }

    @DeleteMapping("/users/{user_id}/channels/{channel_id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void unsubscribe(Caller caller, @PathVariable("user_id") long id, @PathVariable("channel_id") UUID channel) {
        User user = users.require(caller, id);
        if (!subscriptions.unsubscribe(user.id(), channel)) {
            throw ProblemType.NOT_FOUND.exception("channel_id", "User " + id + " does not read the channel " + channel);
        }
    }
}
