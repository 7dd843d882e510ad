package routes.digests;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What a user wants. As JSON, it is what the API shows.
 *
 * @param enabled whether digests are made on schedule
 * @param topics tags or words that posts must have; empty for all posts
 * @param channels to read; empty for all that the user reads
 * @param mutedWords words or phrases of posts that are left out, in any form
 * @param mutedChannels channels that are left out
 * @param maxItems most stories in a digest
 * @param language {@code ru}, {@code en}, or {@code auto} for that of most posts
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
