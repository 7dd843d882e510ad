package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;
import routes.llm.ProviderCredentials;

@RestController
final class PostController {

    private final UserStore users;
    private final PostStore posts;
    private final boolean taggingEnabled;
    private final int maxTaggingAttempts;

    PostController(
            UserStore users,
            PostStore posts,
            ProviderCredentials providers,
            @Value("${tagging.providers}") List<String> taggingProviders,
            @Value("${tagging.max-attempts}") int maxTaggingAttempts) {
        this.users = users;
        this.posts = posts;
        this.taggingEnabled = !providers.usable(taggingProviders).isEmpty();
        this.maxTaggingAttempts = maxTaggingAttempts;
    }

    /** The API contract calls the list of this one page {@code posts} instead of {@code items}. */
    @JsonInclude
    record Posts(List<Post> posts, String nextCursor) {}

    @GetMapping("/users/{user_id}/posts")
    Posts list(
            Caller caller,
            @PathVariable("user_id") long id,
            @RequestParam(name = "limit", defaultValue = "20") @Min(1) @Max(100) int limit,
            @RequestParam(name = "cursor", required = false) String cursor,
            @RequestParam(name = "tagging_status", required = false)
                    @Pattern(
                            regexp = "pending|success|failed|retrying|skipped",
                            message = "must be one of pending, success, failed, retrying, skipped")
                    String taggingStatus,
            @RequestParam(name = "channel_id", required = false) UUID channel,
            @RequestParam(name = "tag", required = false) @Size(min = 1, max = 100) @PlainText String tag,
            @RequestParam(name = "q", required = false) @Size(min = 1, max = 200) @PlainText String text,
            @RequestParam(name = "from", required = false) String from,
            @RequestParam(name = "to", required = false) String to) {
        var filter = new PostFilter(taggingStatus, channel, tag, text, Period.parse(from, to));
        User user = users.require(caller, id);
        String scope = filter.scope(user.id());
        Optional<Cursor> after = Optional.ofNullable(cursor).map(place -> Cursor.decode(place, scope));
        Page<Post> page = Page.of(posts.list(user, filter, after, limit + 1), limit, Post::place, scope);
        return new Posts(page.items(), page.nextCursor());
    }

    @GetMapping("/posts/{post_id}")
    PostDetails read(Caller caller, @PathVariable("post_id") String id) {
        return posts.find(caller, PostId.parse(id))
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("post_id", "There is no post " + id));
    }

    @GetMapping("/users/{user_id}/posts/tagging_stats")
    TaggingStats taggingStats(Caller caller, @PathVariable("user_id") long id) {
        User user = users.require(caller, id);
        return TaggingStats.of(user, posts.taggingCounts(user), taggingEnabled, maxTaggingAttempts);
    }
}
