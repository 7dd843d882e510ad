package routes.events;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** trends.emerging: a keyword that exceeds its baseline in several sources. */
public record TrendsEmerging(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        String trendId,
        String keyword,
        List<String> topics,
        Integer freqShort,
        Double freqBaseline,
        Integer sourceDiversity,
        Double burstScore,
        List<UUID> postIds,
        Instant detectedAt)
        implements Event {}
