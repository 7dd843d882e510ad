package routes.answers;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/**
 * A question and the scope of posts to answer it from.
 *
 * @param userId the user whose subscriptions limit the posts; also the owner of the thread
 * @param text the question as entered
 * @param limit maximum number of sources; 0 to use the setting
 * @param channelIds channels to search; the user must be subscribed to each; an empty set finds nothing
 * @param tag tag that posts must have; null for no restriction
 * @param from earliest {@code posted_at}, inclusive; null for no limit
 * @param to latest {@code posted_at}, exclusive; null for no limit
 * @param threadId thread that this question continues; null, unknown or expired for a new thread
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
