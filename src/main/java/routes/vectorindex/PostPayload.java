package routes.vectorindex;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * What the index stores about a post besides its text and vector.
 *
 * @param postNumber the post's short number ({@code posts.number})
 * @param tags as displayed, in the provider's order
 * @param expiresAt when the post leaves the index; null if never
 * @param albumId {@code media_groups.id}; null for a post without album
 * @param textShort beginning of the post's own text
 * @param hasCrawl whether the text contains crawled pages
 * @param classification of the picture (photo, meme, ...); null without vision
 */
public record PostPayload(
        UUID postId,
        UUID tenantId,
        UUID channelId,
        long postNumber,
        List<String> tags,
        Instant postedAt,
        Instant expiresAt,
        Long albumId,
        String textShort,
        boolean hasCrawl,
        String classification,
        boolean isMeme) {

    public PostPayload {
        Objects.requireNonNull(postId, "postId");
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(channelId, "channelId");
        Objects.requireNonNull(postedAt, "postedAt");
        tags = List.copyOf(tags);
        textShort = textShort == null ? "" : textShort;
    }
}
