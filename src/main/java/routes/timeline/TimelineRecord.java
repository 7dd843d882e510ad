package routes.timeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;

/**
 * The outcome of one delivery of an event in one stage, for one post.
 *
 * @param postId null for an entry that is gone; an earlier record of the same entry may supply it
 * @param stage route id; {@code ingest} for storing the post itself
 * @param outcome done, skipped, retrying, failed, dead_lettered, lost
 * @param reason why, in a few words, or the failure's message; may be null
 * @param provider of tags, vision or embeddings; may be null, like all of the following except startedAt and durationMs
 * @param entryId in the stream
 * @param delivery which delivery of the entry it was, from 1
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
