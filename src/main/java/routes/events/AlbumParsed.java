package routes.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** albums.parsed: an album with its members in message order; {@code revision} starts at 1 and grows with each late member or change. */
@RecordBuilder
public record AlbumParsed(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        String userId,
        UUID tenantId,
        UUID channelId,
        Long albumId,
        Long groupedId,
        String albumKind,
        Integer itemsCount,
        String captionText,
        Instant postedAt,
        List<UUID> postIds,
        String coverMediaId,
        String contentHash,
        Integer revision)
        implements Event {

    @Override
    public List<UUID> posts() {
        return postIds();
    }
}
