package routes.crawl;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import routes.article.Article;
import routes.events.Sha256;
import routes.events.StorableText;
import routes.web.Fetched;

/**
 * Result of a link, as stored with posts and, without its text, in the cache.
 *
 * @param url that was asked for
 * @param finalUrl after all redirects; of a failure, the address that failed
 * @param status of HTTP; 0 if there was no answer
 * @param reason why there is no article; null if there is one
 * @param permanent whether the next fetch would fail the same way
 * @param publishedAt day, or time with its offset, in ISO 8601
 * @param markdown null without an article, and in the cache
 * @param markdownKey of the whole article in the object store
 * @param contentHash SHA-256 of the whole article, in hex
 * @param provider that read the page
 * @param fallback why another provider was not used; null if the first one answered
 * @param durationMs of the fetch
 * @param failure why the page could not be read when it was last asked for, although there is this copy; null if it could, or without a
 *     copy
 * @param failedAt when that was
 */
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
        Instant failedAt) {

    /** How a page was fetched. */
    record Source(String provider, String fallback, Instant at) {}

    static CrawledPage of(PageTask task, Fetched.Page page, Article article, String markdownKey, Source source) {
        return new CrawledPage(
                task.url(),
                page.url(),
                page.status(),
                null,
                false,
                given(article.title()),
                given(article.author()),
                given(article.site()),
                given(article.published()),
                given(article.language()),
                given(article.excerpt()),
                given(article.picture()),
                article.markdown(),
                markdownKey,
                article.words(),
                Sha256.hex(article.markdown()),
                source.at(),
                source.provider(),
                source.fallback(),
                Math.toIntExact(page.duration().toMillis()),
                page.etag(),
                page.lastModified(),
                null,
                null);
    }

    static CrawledPage failed(PageTask task, Fetched.Failed failed, Source source) {
        String reason = failed.reason();
        int status = reason.matches("http_\\d{3}") ? Integer.parseInt(reason.substring("http_".length())) : 0;
        return failed(
                task.url(),
                failed.url(),
                status,
                reason,
                failed.permanent(),
                (int) failed.duration().toMillis(),
                source);
    }

    /** @param status of HTTP; 0 if there was no answer */
    static CrawledPage failed(
            String url, String finalUrl, int status, String reason, boolean permanent, int durationMs, Source source) {
        return new CrawledPage(
                url,
                finalUrl,
                status,
                reason,
                permanent,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                0,
                null,
                source.at(),
                source.provider(),
                source.fallback(),
                durationMs,
                null,
                null,
                null,
                null);
    }

    private static String given(String text) {
        return text.isBlank() ? null : text;
    }

    boolean isRead() {
        return reason == null;
    }

    /** With this text and the place of the whole text; null for none. */
    CrawledPage with(String text, String key, Instant fetched) {
        return with(permanent, text, key, fetched, failure, failedAt);
    }

    /** The site has confirmed this copy. */
    CrawledPage confirmed(Instant at) {
        return with(false, markdown, markdownKey, at, null, null);
    }

    /** This copy, when the page could not be read again. */
    CrawledPage keptAfter(CrawledPage failed) {
        return with(failed.permanent, markdown, markdownKey, fetchedAt, failed.reason, failed.fetchedAt);
    }

    /** When the page was last asked for, successfully or not. */
    Instant checkedAt() {
        return failedAt == null ? fetchedAt : failedAt;
    }

    private CrawledPage with(
            boolean isPermanent, String text, String key, Instant fetched, String problem, Instant problemAt) {
        return new CrawledPage(
                url,
                finalUrl,
                status,
                reason,
                isPermanent,
                title,
                author,
                site,
                publishedAt,
                language,
                excerpt,
                picture,
                text,
                key,
                wordCount,
                contentHash,
                fetched,
                provider,
                fallback,
                durationMs,
                etag,
                lastModified,
                problem,
                problemAt);
    }

    /**
     * An element of {@code post_enrichment.data.urls}.
     *
     * @param maxText characters of the article
     */
    Map<String, Object> row(int maxText) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("url", url);
        row.put("final_url", finalUrl);
        row.put("status", status);
        row.put("reason", reason);
        row.put("title", title);
        row.put("author", author);
        row.put("site", site);
        row.put("published_at", publishedAt);
        row.put("language", language);
        row.put("excerpt", excerpt);
        row.put("picture", picture);
        row.put("markdown", StorableText.cut(markdown, maxText));
        row.put("markdown_key", markdownKey);
        row.put("word_count", wordCount);
        row.put("content_hash", contentHash);
        row.put("fetched_at", fetchedAt.toString());
        row.put("provider", provider);
        row.put("fallback", fallback);
        row.put("failure", failure);
        row.put("failed_at", failedAt == null ? null : failedAt.toString());
        row.values().removeIf(Objects::isNull);
        return row;
    }
}
