package routes.api;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;
import routes.api.http.ProblemType;
import routes.timeline.TimelineTable;

/** The processing history of a post. Contains none of its text, so it is available for deleted posts too. */
@RestController
final class TimelineController {

    private final PostStore posts;
    private final TimelineTable timelines;

    TimelineController(PostStore posts, TimelineTable timelines) {
        this.posts = posts;
        this.timelines = timelines;
    }

    @GetMapping("/posts/{post_id}/timeline")
    Timeline read(
            Caller caller,
            @PathVariable("post_id") String id,
            @RequestParam(name = "limit", defaultValue = "200") @Min(1) @Max(1000) int limit) {
        PostStore.Place post = posts.locateAlsoDeleted(caller, PostId.parse(id))
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("post_id", "There is no post " + id));
        return Timeline.of(timelines.read(post.id(), limit));
    }
}
