package routes.digests;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The digest settings of a user, in the JSON form of the API.
 *
 * @param enabled whether digests are generated on schedule
 * @param topics tags or words that posts must contain; empty for all posts
 * @param channels channels to include; empty for all channels that the user reads
 * @param mutedWords words or phrases, in any form; posts that contain them are excluded
 * @param mutedChannels channels to exclude
 * @param maxItems maximum number of stories in a digest
 * @param language {@code ru}, {@code en}, or {@code auto} for the language of most posts
 * @param nextDueAt null if not enabled
 */
@JsonInclude
public record DigestSettings(
        @JsonIgnore long userId,
        boolean enabled,
        @JsonUnwrapped DigestSchedule schedule,
        List<String> topics,
        List<UUID> channels,
        List<String> mutedWords,
        List<UUID> mutedChannels,
        int maxItems,
        String language,
        Instant nextDueAt) {}
