package routes.timeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;

/**
 * The outcome of one delivery of an event in one stage, for one post.
 *
 * @param postId null if the entry no longer exists; an earlier record of the same entry may supply it
 * @param stage route id; {@code ingest} for storing the post itself
 * @param outcome done, skipped, retrying, failed, dead_lettered, lost
 * @param reason reason in a few words, or the message of the failure; may be null
 * @param provider of tags, vision or embeddings; may be null, like all of the following except startedAt and durationMs
 * @param entryId id in the stream
 * @param delivery number of the delivery, starting at 1
 * @param durationMs time in the stage, without waiting; 0 if unknown
 */
@JsonInclude
public record TimelineRecord(
        UUID postId,
        String stage,
        String outcome,
        String reason,
        String provider,
        String model,
        String entryId,
        Integer delivery,
        Long contentVersion,
        String trigger,
        Instant startedAt,
        int durationMs,
        String traceId) {}
