package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * @param snippet plain text around the best match, with spoilers masked
 * @param score comparable within one answer only
 * @param channel title of the channel, otherwise its user name
 * @param link to the post in Telegram
 * @param post as lists show it
 */
@JsonInclude
record SearchHit(
        UUID postId,
        long number,
        double score,
        String snippet,
        List<String> tags,
        String channel,
        Instant postedAt,
        String link,
        Post post) {}
