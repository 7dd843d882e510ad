package routes.timeline;

import java.time.Instant;
import java.util.UUID;

/**
 * What became of one delivery of an event in one stage, for one post.
 *
 * @param postId null for an entry that is gone: whose it was an earlier record of the same entry may tell
 * @param stage route id; {@code ingest} for the saving of the post itself
 * @param outcome done, skipped, retrying, failed, dead_lettered, lost
 * @param reason why, in few words; the failure's message where there was one; may be null
 * @param provider of tags, vision or embeddings; may be null, as all of the following but the start and the duration
 * @param entryId in the stream
 * @param delivery which delivery of the entry it was, from 1
 * @param durationMs time in the stage, without waiting; 0 where there is none to tell
 */
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
