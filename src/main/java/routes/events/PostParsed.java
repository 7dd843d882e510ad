package routes.events;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** posts.parsed: A post as its source shows it; {@code content_version} is 0, then the Unix time of the last edit. */
public record PostParsed(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        String userId,
        UUID tenantId,
        UUID channelId,
        UUID postId,
        String text,
        List<String> urls,
        Instant postedAt,
        Long contentVersion,
        Trigger trigger,
        String requestId,
        List<String> mediaSha256List,
        Long groupedId,
        String contentHash,
        Integer linkCount,
        Long telegramMessageId,
        Long tgMessageId,
        Long tgChannelId,
        String telegramPostUrl,
        Boolean hasMedia,
        Boolean isEdited,
        Integer viewsCount,
        Integer forwardsCount,
        Integer reactionsCount,
        Long forwardFromChatId,
        Long forwardFromMessageId,
        Instant forwardDate,
        String forwardFromName,
        Long replyToMessageId,
        String authorName)
        implements PostEvent, Triggered {}
