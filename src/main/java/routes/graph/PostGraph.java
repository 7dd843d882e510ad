package routes.graph;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import routes.text.TagKey;

/**
 * Everything the graph stores about one post; lists without duplicates.
 *
 * @param tags in any form; stored as {@link TagKey}, so that "нейросети" and "Нейросеть" are one tag; the first
 *     {@value #MOST_TAGS} of at most {@value #LONGEST_TAG} characters, since every pair of them is stored
 * @param urls those of at most {@value #LONGEST_URL} bytes: an index row of PostgreSQL holds no more than 2,704
 * @param imageSha256s lower-case hex
 * @param albumId {@code media_groups.id}; null for a post without album
 * @param albumPosition 0-based; ignored without album
 * @param forwardedFromChannelId our id of the origin channel or, if we do not have it, another stable key; null if the post is
 *     not a forward
 * @param replyToPostId null if the post is not a reply
 */
public record PostGraph(
        UUID tenantId,
        UUID postId,
        UUID channelId,
        List<String> tags,
        List<String> urls,
        List<String> imageSha256s,
        Long albumId,
        int albumPosition,
        String forwardedFromChannelId,
        UUID replyToPostId) {
    static final int MOST_TAGS = 50;
    static final int LONGEST_TAG = 200;
    static final int LONGEST_URL = 2_000;

    public PostGraph {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(postId, "postId");
        Objects.requireNonNull(channelId, "channelId");
        tags = tags.stream()
                .filter(tag -> tag.length() <= LONGEST_TAG)
                .map(TagKey::of)
                .filter(tag -> !tag.isEmpty() && tag.length() <= LONGEST_TAG)
                .distinct()
                .limit(MOST_TAGS)
                .toList();
        urls = urls.stream()
                .filter(url -> url.getBytes(StandardCharsets.UTF_8).length <= LONGEST_URL)
                .distinct()
                .toList();
        imageSha256s = imageSha256s.stream().distinct().toList();
    }
}
