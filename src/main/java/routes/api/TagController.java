package routes.api;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.UUID;
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
            @RequestParam(name = "q", required = false) @Size(min = 1, max = 100) @PlainText String prefix,
            @RequestParam(name = "tagging_status", required = false)
                    @Pattern(
                            regexp = "pending|success|failed|retrying|skipped",
                            message = "must be one of pending, success, failed, retrying, skipped")
                    String taggingStatus,
            @RequestParam(name = "channel_id", required = false) UUID channel,
            @RequestParam(name = "tag", required = false) @Size(min = 1, max = 100) @PlainText String tag,
            @RequestParam(name = "from", required = false) String from,
            @RequestParam(name = "to", required = false) String to) {
        var filter = new PostFilter(taggingStatus, channel, tag, null, Period.parse(from, to));
        User user = users.require(caller, id);
        return new Page<>(tags.most(user, filter, prefix, limit), null);
    }
}
