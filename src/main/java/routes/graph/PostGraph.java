package routes.graph;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import routes.text.NormalizedText;

/**
 * Everything the graph shows about one post; lists without duplicates.
 *
 * @param tags in any form; kept as {@link NormalizedText}, so that "ИИ" and "ии" are one tag
 * @param imageSha256s lower-case hex
 * @param albumId {@code media_groups.id}; null for a post without album
 * @param albumPosition 0-based; ignored without album
 * @param forwardedFromChannelId our id of the origin channel or, where we do not have it, another stable key of it; null
 *     where the post is no forward
 * @param replyToPostId null where the post is no reply
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

    public PostGraph {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(postId, "postId");
        Objects.requireNonNull(channelId, "channelId");
        tags = tags.stream()
                .map(NormalizedText::of)
                .filter(tag -> !tag.isEmpty())
                .distinct()
                .toList();
        urls = urls.stream().distinct().toList();
        imageSha256s = imageSha256s.stream().distinct().toList();
    }
}
