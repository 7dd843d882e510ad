package routes.api;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;

@RestController
final class TagController {

    private final UserStore users;
    private final TagStore tags;

    TagController(UserStore users, TagStore tags) {
        this.users = users;
        this.tags = tags;
    }

    @GetMapping("/users/{user_id}/tags")
    Page<TagCount> list(
            Caller caller,
            @PathVariable("user_id") long id,
            @RequestParam(name = "limit", defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(name = "q", required = false) @Size(min = 1, max = 100) @PlainText String prefix) {
        User user = users.require(caller, id);
        return new Page<>(tags.most(user, prefix, limit), null);
    }
}
