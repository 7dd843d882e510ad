package routes.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import routes.crawl.Crawl;
import routes.web.WebAddress;

/**
 * Builds the state of each link of a post from its row: the page that the crawl fetched, otherwise the result of the last stage that
 * handled the links. Links of the current text come first, in their order, then pages of links from earlier versions of the post.
 */
final class PostLinks {
    /** Problems that mean that the page no longer exists. */
    private static final Set<String> DEAD = Set.of("http_404", "http_410");

    /** Fields of a page that are copied unchanged. */
    private static final List<String> SHOWN = List.of(
            "final_url",
            "title",
            "author",
            "site",
            "published_at",
            "language",
            "excerpt",
            "word_count",
            "fetched_at",
            "failed_at",
            "post_id");

    private static final int FIRST_ERROR = 400;

    private PostLinks() {}

    /** @param row a post with enrichments and the columns of {@link PostRows#LINK_STATES} */
    static ArrayNode of(ObjectNode row) {
        Map<String, JsonNode> pages = pages(row);
        ArrayNode links = JsonNodeFactory.instance.arrayNode();
        row.path("urls").forEach(url -> {
            JsonNode page = pages.remove(normal(url.asText()));
            add(links, url.asText(), page, row);
        });
        pages.forEach((url, page) -> add(links, page.path("url").asText(url), page, row));
        return links;
    }

    /** Maps addresses to pages; the first page wins if two have the same address. */
    private static Map<String, JsonNode> pages(ObjectNode row) {
        Map<String, JsonNode> pages = new LinkedHashMap<>();
        row.path("enrichments")
                .path("crawl")
                .path("urls")
                .forEach(page -> pages.putIfAbsent(normal(page.path("url").asText()), page));
        return pages;
    }

    /** Returns the stored page of a link, or null. */
    static JsonNode page(ObjectNode row, String url) {
        return pages(row).get(normal(url));
    }

    /** Returns the normal form under which pages are stored. Text that is not a web address is returned unchanged. */
    static String normal(String url) {
        return WebAddress.of(url)
                .map(address -> address.withoutFragment().toString())
                .orElse(url);
    }

    private static void add(ArrayNode links, String url, JsonNode page, ObjectNode row) {
        ObjectNode link = links.addObject().put("n", links.size()).put("url", url);
        boolean hasArticle = page != null && hasArticle(page);
        if (page == null) {
            unread(link, row);
        } else if (page.path("reason").asText().equals(Crawl.WAITING)) {
            state(link, "queued", null);
        } else {
            String problem = problem(page, hasArticle);
            String failed = problem != null && DEAD.contains(problem) ? "dead" : "failed";
            state(link, problem == null ? "fetched" : failed, problem);
            SHOWN.stream().filter(page::hasNonNull).forEach(field -> link.set(field, page.get(field)));
            if (page.hasNonNull("provider")) {
                link.set("fetcher", page.get("provider"));
            }
            if (!hasArticle) {
                // it was not fetched
                JsonNode tried = link.remove("fetched_at");
                if (tried != null) {
                    link.set("failed_at", tried);
                }
            }
        }
        link.put("has_article", hasArticle);
        link.put("requested", row.path("links_requested").asBoolean());
    }

    static boolean hasArticle(JsonNode page) {
        return !page.path("markdown").asText("").isBlank();
    }

    /** Returns why the page could not be fetched at the last attempt; null if it was fetched. */
    private static String problem(JsonNode page, boolean hasArticle) {
        if (page.hasNonNull("post_id")) {
            return null;
        }
        String reason = page.path(hasArticle ? "failure" : "reason").asText(null);
        if (reason != null || hasArticle) {
            return reason;
        }
        // written by another program
        int status = page.path("status").asInt();
        return status >= FIRST_ERROR ? "http_" + status : "no_text";
    }

    /** Adds the state of a link for which the crawl has stored no page. */
    private static void unread(ObjectNode link, ObjectNode row) {
        JsonNode step = row.path("links_step");
        String outcome = step.path("outcome").asText("");
        String reason = step.path("reason").asText(null);
        boolean isTagged = !Set.of("pending", "retrying")
                .contains(row.path("tagging_status").asText());
        if (row.path("enrichments").path("crawl").has("urls")) {
            state(link, "skipped", "limit");
        } else if (outcome.equals("skipped")) {
            state(link, "skipped", reason);
        } else if (Set.of("failed", "dead_lettered", "lost").contains(outcome)) {
            state(link, "failed", outcome);
        } else if (!outcome.isEmpty()
                || !isTagged
                || row.path("links_requested").asBoolean()) {
            state(link, "queued", null);
        } else {
            state(link, "skipped", null);
        }
    }

    private static void state(ObjectNode link, String state, String reason) {
        link.put("state", state);
        if (reason != null) {
            link.put("reason", reason);
        }
    }
}
