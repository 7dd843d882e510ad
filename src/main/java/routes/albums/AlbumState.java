package routes.albums;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * An album that waits for the analyses of its members, as stored in Redis.
 *
 * @param since time of the first event
 * @param deadline time at which the album is assembled with the available members
 * @param ready whether the album should be assembled now
 * @param due whether the deadline has passed
 */
public record AlbumState(
        long albumId, Map<UUID, MemberVision> members, Instant since, Instant deadline, boolean ready, boolean due) {

    /**
     * A message of the route {@code album-assembler-state}. It is sent twice: first to store its content, then as a check. Camel does not
     * store the exchange that completes a group, so only a check may complete a group: all required data is stored by then.
     *
     * @param members the album's members, each with the SHA-256 of its file in hex, or an empty text
     * @param seen results of members, including those of an earlier assembly
     * @param at time of the message
     */
    public record Update(
            long albumId, Map<UUID, String> members, Map<UUID, MemberVision> seen, Instant at, boolean isCheck) {}

    /** Returns whether every member was analysed or skipped. */
    static boolean isSettled(Map<UUID, String> members, Map<UUID, MemberVision> results) {
        return !members.isEmpty()
                && members.entrySet().stream().allMatch(member -> {
                    MemberVision result = results.get(member.getKey());
                    return result != null && result.isAbout(member.getValue().isEmpty() ? null : member.getValue());
                });
    }

    static Map<UUID, MemberVision> merged(Map<UUID, MemberVision> one, Map<UUID, MemberVision> other) {
        Map<UUID, MemberVision> members = new TreeMap<>(one);
        other.forEach((post, result) -> members.merge(post, result, MemberVision::later));
        return members;
    }

    /** @param known null if the album is not waiting: another process may have assembled it in the meantime */
    static AlbumState after(AlbumState known, Update update, Duration timeout) {
        Instant now = update.at();
        AlbumState state = known != null
                ? known
                : new AlbumState(update.albumId(), Map.of(), now, now.plus(timeout), update.isCheck(), false);
        Map<UUID, MemberVision> members = merged(state.members(), update.seen());
        boolean settled = isSettled(update.members(), members);
        boolean due = update.isCheck() && !settled && !state.deadline().isAfter(now);
        return new AlbumState(
                state.albumId(),
                members,
                state.since(),
                state.deadline(),
                known == null ? update.isCheck() : update.isCheck() && (settled || due),
                due);
    }
}
