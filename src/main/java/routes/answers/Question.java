package routes.answers;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/**
 * A question and the posts that may answer it.
 *
 * @param userId whose subscriptions limit the posts; also the owner of the thread
 * @param text as asked
 * @param limit maximum number of sources; 0 for the setting
 * @param channelIds channels to read; the user must be subscribed to each; the empty set finds nothing
 * @param tag that a post needs; null for no restriction
 * @param from earliest {@code posted_at}, inclusive; null for no limit
 * @param to latest {@code posted_at}, exclusive; null for no limit
 * @param threadId of the question that this one follows; null for a new thread, as is an unknown or expired one
 */
public record Question(
        UUID tenantId,
        long userId,
        String text,
        int limit,
        Set<UUID> channelIds,
        String tag,
        Instant from,
        Instant to,
        UUID threadId) {

    Question withText(String other) {
        return new Question(tenantId, userId, other, limit, channelIds, tag, from, to, threadId);
    }

    Question withTag(String other) {
        return new Question(tenantId, userId, text, limit, channelIds, other, from, to, threadId);
    }

    Question within(Period period) {
        return between(
                from == null || period.from() != null && period.from().isAfter(from) ? period.from() : from,
                to == null || period.to() != null && period.to().isBefore(to) ? period.to() : to);
    }

    Question between(Instant start, Instant end) {
        return new Question(tenantId, userId, text, limit, channelIds, tag, start, end, threadId);
    }
}
