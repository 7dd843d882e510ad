package routes.crawl;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import routes.article.Article;
import routes.events.Sha256;
import routes.events.StorableText;
import routes.web.Fetched;

/**
 * The result for a link, as stored with posts and, without its text, in the cache.
 *
 * @param url the requested address
 * @param finalUrl address after all redirects; for a failure, the address that failed
 * @param status HTTP status; 0 if there was no response
 * @param reason why there is no article; null if there is one
 * @param permanent whether the next fetch would fail the same way
 * @param publishedAt date, or date and time with offset, in ISO 8601
 * @param markdown null without an article, and in the cache
 * @param markdownKey object store key of the whole article
 * @param contentHash SHA-256 of the whole article, in hex
 * @param provider provider that read the page
 * @param fallback why another provider was not used; null if the first one responded
 * @param durationMs duration of the fetch
 * @param postId id of the stored post that a Telegram link points to; null for a web page
 * @param failure reason of the last failed request, if an earlier copy is kept; null if the request succeeded or if there is no
 *     copy
 * @param failedAt time of that failure
 */
@RecordBuilder
record CrawledPage(
        String url,
        String finalUrl,
        int status,
        String reason,
        boolean permanent,
        String title,
        String author,
        String site,
        String publishedAt,
        String language,
        String excerpt,
        String picture,
        String markdown,
        String markdownKey,
        int wordCount,
        String contentHash,
        Instant fetchedAt,
        String provider,
        String fallback,
        int durationMs,
        String etag,
        String lastModified,
        String failure,
        Instant failedAt,
        UUID postId) {

    static final String TELEGRAM = "telegram";
    private static final int MAX_EXCERPT = 300;

    /** How a page was fetched. */
    record Source(String provider, String fallback, Instant at) {}

    static CrawledPage of(PageTask task, Fetched.Page page, Article article, String markdownKey, Source source) {
        return by(source, page.duration().toMillis())
                .url(task.url())
                .finalUrl(page.url())
                .status(page.status())
                .title(given(article.title()))
                .author(given(article.author()))
                .site(given(article.site()))
                .publishedAt(given(article.published()))
                .language(given(article.language()))
                .excerpt(given(article.excerpt()))
                .picture(given(article.picture()))
                .markdown(article.markdown())
                .markdownKey(markdownKey)
                .wordCount(article.words())
                .contentHash(Sha256.hex(article.markdown()))
                .etag(page.etag())
                .lastModified(page.lastModified())
                .build();
    }

    /** @param reason why the page contains no article */
    static CrawledPage failed(PageTask task, Fetched.Page page, String reason, Source source) {
        return by(source, page.duration().toMillis())
                .url(task.url())
                .finalUrl(page.url())
                .status(page.status())
                .reason(reason)
                .permanent(true)
                .build();
    }

    static CrawledPage failed(PageTask task, Fetched.Failed failed, Source source) {
        String reason = failed.reason();
        return by(source, failed.duration().toMillis())
                .url(task.url())
                .finalUrl(failed.url())
                .status(reason.matches("http_\\d{3}") ? Integer.parseInt(reason.substring("http_".length())) : 0)
                .reason(reason)
                .permanent(failed.permanent())
                .build();
    }

    /** Returns the result for a page that was not requested. */
    static CrawledPage failed(String url, String reason, boolean permanent, Source source) {
        return by(source, 0)
                .url(url)
                .finalUrl(url)
                .reason(reason)
                .permanent(permanent)
                .build();
    }

    /** Returns the result for the post that a Telegram link leads to. */
    static CrawledPage ofPost(PageTask task, CrawlStore.LinkedPost post, Source source) {
        return by(source, 0)
                .url(task.url())
                .finalUrl(task.url())
                .title(given(post.channel()))
                .site("Telegram")
                .publishedAt(post.postedAt().toString())
                .excerpt(given(StorableText.cut(post.content(), MAX_EXCERPT)))
                .markdown(post.content())
                .wordCount(words(post.content()))
                .contentHash(Sha256.hex(post.content()))
                .postId(post.id())
                .build();
    }

    static int words(String text) {
        return text.isBlank() ? 0 : text.strip().split("\\s+").length;
    }

    /** Whether the link points to a Telegram post, stored or not. */
    boolean isPost() {
        return provider.equals(TELEGRAM);
    }

    private static CrawledPageBuilder by(Source source, long durationMs) {
        return CrawledPageBuilder.builder()
                .provider(source.provider())
                .fallback(source.fallback())
                .fetchedAt(source.at())
                .durationMs(Math.toIntExact(durationMs));
    }

    private static String given(String text) {
        return text.isBlank() ? null : text;
    }

    boolean isRead() {
        return reason == null;
    }

    /** Returns this page with the given text and object store key; null for none. */
    CrawledPage with(String text, String key, Instant fetched) {
        return CrawledPageBuilder.builder(this)
                .markdown(text)
                .markdownKey(key)
                .fetchedAt(fetched)
                .build();
    }

    CrawledPage at(Instant time) {
        return with(markdown, markdownKey, time);
    }

    /** Returns this copy, confirmed by the site. */
    CrawledPage confirmed(Instant at) {
        return CrawledPageBuilder.builder(this)
                .permanent(false)
                .fetchedAt(at)
                .failure(null)
                .failedAt(null)
                .build();
    }

    /** Returns this copy after a failed attempt to read the page again. */
    CrawledPage keptAfter(CrawledPage failed) {
        return CrawledPageBuilder.builder(this)
                .permanent(failed.permanent)
                .failure(failed.reason)
                .failedAt(failed.fetchedAt)
                .build();
    }

    /** Returns the time of the last request for the page, successful or not. */
    Instant checkedAt() {
        return failedAt == null ? fetchedAt : failedAt;
    }

    /**
     * Returns the page as an element of {@code post_enrichment.data.urls}, without fields that only the cache needs.
     *
     * @param maxText maximum number of characters of the article
     */
    ObjectNode row(ObjectMapper json, int maxText) {
        CrawledPage shortened = with(StorableText.cut(markdown, maxText), markdownKey, fetchedAt);
        return json.<ObjectNode>valueToTree(shortened)
                .remove(List.of("permanent", "duration_ms", "etag", "last_modified"));
    }
}
