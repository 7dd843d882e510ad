package routes.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.Role;
import routes.events.StorableText;
import routes.ingest.TextMarks;
import routes.ingest.TextPart;
import routes.llm.ProviderCredentials;
import routes.posts.DeletionReason;
import routes.posts.PostRemoval;
import routes.posts.PostWriter;
import routes.posts.TaggingRequests;
import routes.timeline.TimelineRecord;
import routes.timeline.TimelineTable;

/** Operations on posts. Edits and deletions are processed like edits and deletions in Telegram. */
@RestController
final class PostController {

    private final UserStore users;
    private final PostStore posts;
    private final TagStore tags;
    private final TimelineTable timelines;
    private final PostWriter writer;
    private final PostRemoval removal;
    private final TaggingRequests requests;
    private final boolean taggingEnabled;
    private final int maxTaggingAttempts;

    PostController(
            UserStore users,
            PostStore posts,
            TagStore tags,
            TimelineTable timelines,
            PostWriter writer,
            PostRemoval removal,
            TaggingRequests requests,
            ProviderCredentials providers,
            @Value("${tagging.providers}") List<String> taggingProviders,
            @Value("${tagging.max-attempts}") int maxTaggingAttempts) {
        this.users = users;
        this.posts = posts;
        this.tags = tags;
        this.timelines = timelines;
        this.writer = writer;
        this.removal = removal;
        this.requests = requests;
        this.taggingEnabled = !providers.usable(taggingProviders).isEmpty();
        this.maxTaggingAttempts = maxTaggingAttempts;
    }

    /** In the API contract, this list is named {@code posts} instead of {@code items}, and it has only one page. */
    @JsonInclude
    record Posts(List<Post> posts, String nextCursor) {}

    @GetMapping("/users/{user_id}/posts")
    Posts list(
            @PathVariable("user_id") long id,
            @RequestParam(name = "limit", defaultValue = "20") @Min(1) @Max(100) int limit,
            @RequestParam(name = "cursor", required = false) String cursor,
            @RequestParam(name = "tagging_status", required = false)
                    @Pattern(regexp = PostFilter.STATUSES, message = PostFilter.ONE_OF_STATUSES)
                    String taggingStatus,
            @RequestParam(name = "channel_id", required = false) UUID channel,
            @RequestParam(name = "tag", required = false) @Size(min = 1, max = 100) @PlainText String tag,
            @RequestParam(name = "has", required = false)
                    List<@Pattern(regexp = PostFilter.FEATURES, message = PostFilter.ONE_OF_FEATURES) String> has,
            @RequestParam(name = "q", required = false) @Size(min = 1, max = 200) @PlainText String text,
            @RequestParam(name = "from", required = false) Instant from,
            @RequestParam(name = "to", required = false) Instant to) {
        var filter = new PostFilter(taggingStatus, channel, tag, PostFilter.features(has), text, from, to);
        User user = users.require(id);
        Page<Post> page = Page.read(
                "posts " + user.id() + " " + filter,
                cursor,
                limit,
                (after, count) -> posts.list(user, filter, after, count),
                Post::place);
        return new Posts(page.items(), page.nextCursor());
    }

    @GetMapping("/posts/{post_id}")
    Post read(@PathVariable("post_id") PostId id) {
        return posts.read(id);
    }

    @GetMapping("/users/{user_id}/posts/tagging_stats")
    PostStore.TaggingStats taggingStats(@PathVariable("user_id") long id) {
        return posts.taggingStats(users.require(id), taggingEnabled, maxTaggingAttempts);
    }

    /** The results of each stage for a post, in chronological order. */
    @JsonInclude
    record Timeline(@JsonIgnoreProperties("post_id") List<TimelineRecord> items, String nextCursor) {}

    /** Returns the processing history of a post. It contains no text of the post, so it is also available for deleted posts. */
    @GetMapping("/posts/{post_id}/timeline")
    Timeline timeline(
            @PathVariable("post_id") PostId id,
            @RequestParam(name = "limit", defaultValue = "200") @Min(1) @Max(1000) int limit) {
        return new Timeline(timelines.read(posts.locateAlsoDeleted(id).id(), limit), null);
    }

    @GetMapping("/users/{user_id}/tags")
    Page<TagStore.TagCount> tags(
            @PathVariable("user_id") long id,
            @RequestParam(name = "limit", defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(name = "q", required = false) @Size(min = 1, max = 100) @PlainText String prefix,
            @RequestParam(name = "tagging_status", required = false)
                    @Pattern(regexp = PostFilter.STATUSES, message = PostFilter.ONE_OF_STATUSES)
                    String taggingStatus,
            @RequestParam(name = "channel_id", required = false) UUID channel,
            @RequestParam(name = "tag", required = false) @Size(min = 1, max = 100) @PlainText String tag,
            @RequestParam(name = "has", required = false)
                    List<@Pattern(regexp = PostFilter.FEATURES, message = PostFilter.ONE_OF_FEATURES) String> has,
            @RequestParam(name = "from", required = false) Instant from,
            @RequestParam(name = "to", required = false) Instant to) {
        var filter = new PostFilter(taggingStatus, channel, tag, PostFilter.features(has), null, from, to);
        return new Page<>(tags.most(users.require(id), filter, prefix, limit), null);
    }

    /** @param content the new text; at most as long as a Telegram message */
    record PostEdit(@NotBlank @Size(max = 4096) String content) {}

    @PatchMapping(path = "/posts/{post_id}", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Role.Needed(Role.OPERATOR)
    Post edit(@PathVariable("post_id") PostId id, @Valid @RequestBody PostEdit edit) {
        PostStore.Place place = posts.locate(id);
        String text = StorableText.of(edit.content());
        List<String> urls = TextPart.urls(List.of(TextPart.plain(text)), List.of());
        if (writer.edit(place.tenantId(), place.channelId(), place.id(), text, TextMarks.find(text), urls)
                .isEmpty()) {
            throw id.unknown();
        }
        return posts.read(id);
    }

    @DeleteMapping("/posts/{post_id}")
    @Role.Needed(Role.OPERATOR)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable("post_id") PostId id) {
        PostStore.Place place = posts.locate(id);
        if (removal.delete(place.tenantId(), place.channelId(), List.of(place.id()), DeletionReason.USER) == 0) {
            throw id.unknown();
        }
    }

    record Queued(int queued) {}

    @PostMapping("/users/{user_id}/posts/retry_tagging")
    @Role.Needed(Role.OPERATOR)
    Queued retryTagging(
            @PathVariable("user_id") long id,
            @RequestParam(name = "force", defaultValue = "false") boolean force,
            @RequestParam(name = "limit", defaultValue = "50") @Min(1) @Max(1000) int limit) {
        User user = users.require(id);
        return new Queued(requests.retry(user.tenantId(), user.id(), force, limit));
    }

    record Accepted(UUID jobId, UUID postId, String status) {
        static ResponseEntity<Accepted> of(UUID job, UUID post) {
            return ResponseEntity.accepted()
                    .location(URI.create("/posts/" + post))
                    .body(new Accepted(job, post, "queued"));
        }
    }

    @PostMapping("/posts/{post_id}/regenerate_tags")
    @Role.Needed(Role.OPERATOR)
    ResponseEntity<Accepted> regenerateTags(@PathVariable("post_id") PostId id) {
        UUID post = posts.locate(id).id();
        return Accepted.of(requests.regenerate(post).orElseThrow(id::unknown), post);
    }
}
