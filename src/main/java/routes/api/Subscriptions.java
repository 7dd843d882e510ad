package routes.api;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import routes.api.access.ApiDatabase;
import routes.api.http.ProblemType;
import routes.text.NormalizedText;

/** The channels that users have subscribed to. */
@Component
record Subscriptions(ApiDatabase database) {
    /** Upper limit that bounds the size of the search filter; no user reads this many channels. */
    static final int MAX_CHANNELS = 10_000;

    private record Subscription(UUID channelId, String username, String title) {
        boolean isNamed(String normalized) {
            return Stream.of(username, title)
                    .anyMatch(name -> name != null && NormalizedText.of(name).equals(normalized));
        }
    }

    private List<Subscription> read(User user) {
        return database.sql(
                        """
                        SELECT s.channel_id, c.username, c.title FROM user_channel s JOIN channels c ON c.id = s.channel_id
                        WHERE s.user_id = :user AND s.is_active LIMIT :limit
                        """)
                .param("user", user.id())
                .param("limit", MAX_CHANNELS)
                .query(Subscription.class)
                .list();
    }

    /** @param wanted ids of channels; channels that the user does not read are ignored; null for all channels that the user reads */
    Set<UUID> of(User user, Collection<UUID> wanted) {
        return read(user).stream()
                .map(Subscription::channelId)
                .filter(channel -> wanted == null || wanted.contains(channel))
                .collect(Collectors.toSet());
    }

    /**
     * @param only id of the channel; null for all channels that the user reads
     * @param names user names or titles of the channels; empty for all
     * @throws org.springframework.web.ErrorResponseException status 400 for a name that matches none of the user's channels
     */
    Set<UUID> named(User user, UUID only, Set<String> names) {
        List<Subscription> read = read(user).stream()
                .filter(one -> only == null || one.channelId().equals(only))
                .toList();
        Set<UUID> wanted = new HashSet<>();
        for (String name : names) {
            String normalized = NormalizedText.of(name);
            if (read.stream().noneMatch(one -> one.isNamed(normalized))) {
                throw ProblemType.INVALID_PARAMETER.exception(
                        "q",
                        "None of the searched channels has the user name or title \"%s\". Use channel:username or channel:\"The title\"."
                                .formatted(name));
            }
            read.stream().filter(one -> one.isNamed(normalized)).forEach(one -> wanted.add(one.channelId()));
        }
        return names.isEmpty() ? read.stream().map(Subscription::channelId).collect(Collectors.toSet()) : wanted;
    }
}
