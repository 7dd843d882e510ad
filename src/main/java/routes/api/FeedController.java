package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import routes.api.access.Role;
import routes.api.http.ProblemType;
import routes.events.Sha256;
import routes.feeds.FeedContent;
import routes.feeds.Feeds;
import routes.feeds.Feeds.UserFeed;

/** Manages the feeds of users and serves the feeds. Feed readers send no headers, so the key is part of the address. */
@RestController
final class FeedController {
    /** Maximum number of requests per feed and minute in one process. Feed readers poll every few minutes. */
    private static final int RATE = 30;

    private static final String CACHE = "private, max-age=300";
    private static final String ATOM = "application/atom+xml";
    private static final String RSS = "application/rss+xml";
    private static final String JSON = "application/feed+json";
    private static final int MOST_BUCKETS = 10_000;

    private final UserStore users;
    private final Feeds feeds;
    private final FeedContent contents;
    private final Cache<UUID, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(MOST_BUCKETS)
            .expireAfterAccess(Duration.ofMinutes(5))
            .build();

    FeedController(UserStore users, Feeds feeds, FeedContent contents) {
        this.users = users;
        this.feeds = feeds;
        this.contents = contents;
    }

    /**
     * @param kind digests or search
     * @param atomUrl contains the key; set only in the response to the creation of the feed
     */
    @JsonInclude
    record UserFeedAnswer(@JsonUnwrapped UserFeed feed, String kind, String atomUrl, String rssUrl, String jsonUrl) {
        /** Omits the addresses, which contain the key: Spring logs response bodies. */
        @Override
        public String toString() {
            return "UserFeed[" + feed.id() + "]";
        }
    }

    private static UserFeedAnswer info(UserFeed feed, String atomUrl, String rssUrl, String jsonUrl) {
        return new UserFeedAnswer(feed, feed.searchId() == null ? "digests" : "search", atomUrl, rssUrl, jsonUrl);
    }

    /** @param searchId null for a feed of digests */
    record NewUserFeed(UUID searchId) {}

    @GetMapping("/users/{user_id}/feeds")
    Page<UserFeedAnswer> list(@PathVariable("user_id") long id) {
        List<UserFeedAnswer> all = feeds.list(users.require(id).id()).stream()
                .map(feed -> info(feed, null, null, null))
                .toList();
        return new Page<>(all);
    }

    @PostMapping(path = "/users/{user_id}/feeds", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Role.Needed(Role.OPERATOR)
    ResponseEntity<UserFeedAnswer> create(@PathVariable("user_id") long id, @Valid @RequestBody NewUserFeed wanted) {
        User user = users.require(id);
        Feeds.NewFeed made = feeds.make(user.id(), wanted.searchId())
                .orElseThrow(() -> ProblemType.CONFLICT.exception(
                        "search_id",
                        "The user has no such search, or already has " + Feeds.MOST + " feeds",
                        "GET /users/" + user.id() + "/searches lists the searches; delete an unused feed."));
        String path = "/feeds/" + made.key();
        return ResponseEntity.created(URI.create(
                        "/users/" + user.id() + "/feeds/" + made.feed().id()))
                .body(info(
                        made.feed(),
                        address(path + "/atom.xml"),
                        address(path + "/rss.xml"),
                        address(path + "/feed.json")));
    }

    private static String address(String path) {
        return ServletUriComponentsBuilder.fromCurrentContextPath()
                .path(path)
                .build()
                .toUriString();
    }

    @DeleteMapping("/users/{user_id}/feeds/{feed_id}")
    @Role.Needed(Role.OPERATOR)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable("user_id") long id, @PathVariable("feed_id") UUID feed) {
        if (!feeds.delete(users.require(id).id(), feed)) {
            throw ProblemType.NOT_FOUND.exception("feed_id", "User " + id + " has no feed " + feed);
        }
    }

    @GetMapping("/feeds/{feed_key}/atom.xml")
    void atom(@PathVariable("feed_key") String key, ServletWebRequest request, HttpServletResponse response)
            throws IOException {
        send(contents.atom(feed(key), address("/feeds/" + key + "/atom.xml"), address("/")), ATOM, request, response);
    }

    @GetMapping("/feeds/{feed_key}/rss.xml")
    void rss(@PathVariable("feed_key") String key, ServletWebRequest request, HttpServletResponse response)
            throws IOException {
        send(contents.rss(feed(key), address("/")), RSS, request, response);
    }

    @GetMapping("/feeds/{feed_key}/feed.json")
    void json(@PathVariable("feed_key") String key, ServletWebRequest request, HttpServletResponse response)
            throws IOException {
        send(contents.json(feed(key), address("/feeds/" + key + "/feed.json"), address("/")), JSON, request, response);
    }

    private UserFeed feed(String key) {
        UserFeed feed = feeds.read(key)
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception(
                        "feed_key", "There is no feed with this key", "Create a new feed on the web page."));
        Bucket bucket = buckets.get(feed.id(), id -> Bucket.builder()
                .addLimit(limit -> limit.capacity(RATE).refillGreedy(RATE, Duration.ofMinutes(1)))
                .build());
        if (!bucket.tryConsume(1)) {
            ErrorResponseException problem = ProblemType.TOO_MANY_REQUESTS.exception(
                    "feed_key", "This feed was read " + RATE + " times within a minute", "Read it less often.");
            problem.getHeaders().set(HttpHeaders.RETRY_AFTER, "60");
            throw problem;
        }
        return feed;
    }

    private static void send(
            FeedContent.Sent feed, String type, ServletWebRequest request, HttpServletResponse response)
            throws IOException {
        byte[] body = feed.text().getBytes(StandardCharsets.UTF_8);
        response.setHeader(HttpHeaders.CACHE_CONTROL, CACHE);
        if (request.checkNotModified(
                '"' + Sha256.hex(feed.text()) + '"', feed.updatedAt().toEpochMilli())) {
            return;
        }
        response.setContentType(type);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
