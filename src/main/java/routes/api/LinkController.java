package routes.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.api.access.Role;
import routes.api.http.ProblemType;
import routes.article.ArticleHtml;
import routes.crawltrigger.LinkRequests;
import routes.events.Sha256;
import routes.objectstore.ObjectKeys;
import routes.objectstore.ObjectStore;
import routes.web.Fetched;
import routes.web.PageFetcher;

/** The pages linked from a post: their stored articles, their pictures, and requests to fetch them again. */
@RestController
record LinkController(
        PostStore posts, ApiDatabase database, ObjectStore objects, PageFetcher fetcher, LinkRequests requests) {
    private static final Logger LOG = LoggerFactory.getLogger(LinkController.class);
    private static final int MAX_LINKS = 1_000;
    /** Maximum size of an article in bytes; an article has at most 200,000 characters. */
    private static final int MAX_BYTES = 1 << 20;

    private static final String PICTURE_CACHE = "private, max-age=86400";
    private static final String HOUR = "3600";

    /** Returns the link as in the post, with its article as Markdown and as HTML. */
    @GetMapping("/posts/{post_id}/links/{n}/article")
    JsonNode article(@PathVariable("post_id") PostId post, @PathVariable("n") @Min(1) @Max(MAX_LINKS) int n) {
        Kept kept = kept(post, n);
        ArticleHtml article = ArticleHtml.of(kept.markdown());
        ObjectNode answer = kept.link().put("markdown", kept.markdown()).put("html", article.html());
        ArrayNode pictures = answer.putArray("pictures");
        article.pictures().forEach(picture -> pictures.addObject()
                .put("n", pictures.size())
                .put("url", picture.url())
                .put("alt", picture.alt()));
        return answer;
    }

    /**
     * Proxies a picture of an article. The browser does not contact the site: the site does not see the reader's address, and the page's
     * security policy stays strict.
     */
    @GetMapping("/posts/{post_id}/links/{n}/pictures/{picture}")
    void picture(
            @PathVariable("post_id") PostId post,
            @PathVariable("n") @Min(1) @Max(MAX_LINKS) int n,
            @PathVariable("picture") @Min(1) @Max(MAX_LINKS) int number,
            HttpServletResponse response)
            throws IOException {
        ArticleHtml article = ArticleHtml.of(kept(post, n).markdown());
        if (number > article.pictures().size()) {
            throw ProblemType.NOT_FOUND.exception("picture", "The article has no picture " + number);
        }
        Fetched fetched = fetcher.picture(article.pictures().get(number - 1).url());
        if (!(fetched instanceof Fetched.File picture)) {
            String reason = fetched instanceof Fetched.Failed failed ? failed.reason() : "protocol";
            throw ProblemType.NOT_FOUND.exception(
                    "picture", "The site does not return the picture: " + reason, "Open the page itself.");
        }
        MediaController.describe(response, picture.mediaType(), picture.bytes().length, "picture");
        response.setHeader(HttpHeaders.CACHE_CONTROL, PICTURE_CACHE);
        response.getOutputStream().write(picture.bytes());
    }

    /** A link with a stored article. */
    private record Kept(ObjectNode link, String markdown) {}

    private Kept kept(PostId post, int n) {
        ObjectNode row = database.rows(
                        """
                        SELECT p.tenant_id, p.tagging_status, jsonb_build_object('crawl', e.data) AS enrichments, %s,
                               ARRAY(SELECT url #>> '{}' FROM jsonb_path_query(p.urls, '$[*]') url) AS urls
                        FROM posts p LEFT JOIN post_enrichment e ON e.post_id = p.id AND e.kind = 'crawl'
                        WHERE %s = :id AND NOT p.is_deleted AND p.tenant_id = coalesce(CAST(:caller AS uuid), p.tenant_id)
                        """
                                .formatted(PostRows.LINK_STATES, post.column()))
                .param("id", post.value())
                .query(ApiDatabase.as(ObjectNode.class))
                .optional()
                .orElseThrow(post::unknown);
        ArrayNode links = PostLinks.of(row);
        if (n > links.size()) {
            throw ProblemType.NOT_FOUND.exception("n", "The post has " + links.size() + " links, and no link " + n);
        }
        var link = (ObjectNode) links.get(n - 1);
        JsonNode page = PostLinks.page(row, link.path("url").asText());
        if (!link.path("has_article").asBoolean()) {
            throw ProblemType.NOT_FOUND.exception(
                    "n",
                    "No copy of the page is stored for link " + n,
                    "GET /posts/{post_id} shows the state of each link.");
        }
        UUID tenant = UUID.fromString(row.path("tenant_id").asText());
        return new Kept(link, stored(tenant, page));
    }

    /** Returns the complete article, or the beginning stored in the row if the object store no longer has the article. */
    private String stored(UUID tenant, JsonNode page) {
        String key = ObjectKeys.article(tenant, Sha256.hex(page.path("url").asText()));
        try {
            var content = objects.get(key);
            if (content.isPresent()) {
                try (InputStream in = content.get()) {
                    return new String(in.readNBytes(MAX_BYTES), UTF_8);
                }
            }
        } catch (IOException e) {
            LOG.warn("Cannot read {} from the object store; only the beginning of the article is shown", key, e);
        }
        return page.path("markdown").asText();
    }

    @PostMapping("/posts/{post_id}/refetch_links")
    @Role.Needed(Role.OPERATOR)
    ResponseEntity<PostController.Accepted> refetch(@PathVariable("post_id") PostId id) {
        UUID post = posts.locate(id).id();
        LinkRequests.Request request = requests.fetchAgain(post).orElseThrow(id::unknown);
        if (request.refusal() != null) {
            throw refused(request.refusal());
        }
        return PostController.Accepted.of(request.id(), post);
    }

    private static ErrorResponseException refused(LinkRequests.Refusal refusal) {
        if (refusal == LinkRequests.Refusal.NO_VALID_URL) {
            return ProblemType.CONFLICT.exception("post_id", refusal.text(), "Choose a post with links.");
        }
        ErrorResponseException problem = ProblemType.TOO_MANY_REQUESTS.exception(
                "post_id", refusal.text(), "Try again later, or raise the limit.");
        problem.getHeaders().set(HttpHeaders.RETRY_AFTER, HOUR);
        return problem;
    }
}
