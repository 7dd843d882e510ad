package routes.api;

import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.Role;
import routes.api.http.ProblemType;
import routes.interests.Interests;
import routes.trends.Trends;

/** The interests of a user, and the current trends. */
@RestController
record InterestController(UserStore users, PostStore posts, Interests interests, Trends trends) {

    @GetMapping("/users/{user_id}/interests")
    Page<Interests.Interest> list(@PathVariable("user_id") long id) {
        return new Page<>(interests.list(users.require(id).id()));
    }

    record NewInterest(
            @NotNull(message = "is required") @PlainText(max = 100) String topic,
            @NotNull(message = "is required")
                    @DecimalMin(value = "0.01", message = "must be 0.01 to 1")
                    @DecimalMax(value = "1", message = "must be 0.01 to 1")
                    Double weight) {}

    @PutMapping(path = "/users/{user_id}/interests", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Role.Needed(Role.OPERATOR)
    Page<Interests.Interest> set(@PathVariable("user_id") long id, @Valid @RequestBody NewInterest wanted) {
        interests.set(users.require(id).id(), wanted.topic().strip(), wanted.weight());
        return list(id);
    }

    /** Deletes one interest, or all. */
    @DeleteMapping("/users/{user_id}/interests")
    @Role.Needed(Role.OPERATOR)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void erase(
            @PathVariable("user_id") long id,
            @RequestParam(name = "topic", required = false) @Size(min = 1, max = 100) @PlainText String topic) {
        long user = users.require(id).id();
        if (topic == null) {
            interests.eraseAll(user);
        } else if (!interests.erase(user, topic)) {
            throw ProblemType.NOT_FOUND.exception("topic", "User " + id + " has no such interest");
        }
    }

    @PutMapping("/users/{user_id}/posts/{post_id}/opened")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void opened(@PathVariable("user_id") long id, @PathVariable("post_id") PostId post) {
        interests.opened(users.require(id).id(), posts.locate(post).id());
    }

    @GetMapping("/users/{user_id}/trends")
    Page<Trends.Trend> trends(
            @PathVariable("user_id") long id,
            @RequestParam(name = "window", defaultValue = "24h")
                    @Pattern(regexp = "24h|7d", message = "must be 24h or 7d")
                    String window) {
        User user = users.require(id);
        return new Page<>(
                trends.list(user.tenantId(), user.id(), Trends.Window.of(window).orElseThrow()));
    }
}
