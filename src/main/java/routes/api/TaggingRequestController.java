package routes.api;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;
import routes.api.http.ProblemType;
import routes.posts.TaggingRequests;

/** Requests that posts are tagged again. */
@RestController
final class TaggingRequestController {

    private final UserStore users;
    private final PostStore posts;
    private final TaggingRequests requests;

    TaggingRequestController(UserStore users, PostStore posts, TaggingRequests requests) {
        this.users = users;
        this.posts = posts;
        this.requests = requests;
    }

    record Queued(int queued) {}

    record Accepted(UUID jobId, UUID postId, String status) {}

    @PostMapping("/users/{user_id}/posts/retry_tagging")
    Queued retry(
            Caller caller,
            @PathVariable("user_id") long id,
            @RequestParam(name = "force", defaultValue = "false") boolean force,
            @RequestParam(name = "limit", defaultValue = "50") @Min(1) @Max(1000) int limit) {
        User user = users.require(caller, id);
        return new Queued(requests.retry(user.tenantId(), user.id(), force, limit));
    }

    @PostMapping("/posts/{post_id}/regenerate_tags")
    ResponseEntity<Accepted> regenerate(Caller caller, @PathVariable("post_id") String id) {
        UUID post =
                posts.locate(caller, PostId.parse(id)).map(PostStore.Place::id).orElseThrow(() -> unknown(id));
        UUID job = requests.regenerate(post).orElseThrow(() -> unknown(id));
        return ResponseEntity.accepted().location(URI.create("/posts/" + post)).body(new Accepted(job, post, "queued"));
    }

    private static ErrorResponseException unknown(String id) {
        return ProblemType.NOT_FOUND.exception("post_id", "There is no post " + id);
    }
}
