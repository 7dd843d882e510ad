package routes.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * posts.vision.uploaded: the media of one post; {@code media_files} is empty if no file qualified; the reasons are in {@code
 * skipped_files}.
 */
@RecordBuilder
public record VisionUploaded(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        UUID tenantId,
        UUID postId,
        UUID channelId,
        Long groupedId,
        Long albumId,
        List<MediaFile> mediaFiles,
        List<SkippedFile> skippedFiles,
        Boolean requiresVision)
        implements PostEvent {}
