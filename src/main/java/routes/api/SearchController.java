package routes.api;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;
import routes.api.http.Cursor;
import routes.search.HybridSearch;
import routes.search.HybridSearch.PostQuery;
import routes.search.HybridSearch.SearchResult;

@RestController
final class SearchController {

    private final UserStore users;
    private final SubscriptionStore subscriptions;
    private final HybridSearch engine;
    private final SearchHitStore hits;

    SearchController(UserStore users, SubscriptionStore subscriptions, HybridSearch engine, SearchHitStore hits) {
        this.users = users;
        this.subscriptions = subscriptions;
        this.engine = engine;
        this.hits = hits;
    }

    @GetMapping("/users/{user_id}/search")
    Page<SearchHit> search(
            Caller caller,
            @PathVariable("user_id") long id,
            @RequestParam(name = "q") @Size(min = 1, max = 500) @PlainText String text,
            @RequestParam(name = "limit", defaultValue = "10") @Min(1) @Max(50) int limit,
            @RequestParam(name = "channel_id", required = false) UUID channel,
            @RequestParam(name = "tag", required = false) @Size(min = 1, max = 100) @PlainText String tag,
            @RequestParam(name = "from", required = false) String from,
            @RequestParam(name = "to", required = false) String to,
            @RequestParam(name = "order", defaultValue = "relevance")
                    @Pattern(regexp = "relevance|date", message = "must be one of relevance, date")
                    String order,
            @RequestParam(name = "cursor", required = false) String cursor) {
        Period period = Period.parse(from, to);
        User user = users.require(caller, id);
        Set<UUID> channels = subscriptions.channels(user.id());
        if (channel != null) {
            channels.retainAll(Set.of(channel));
        }
        Set<String> tags = tag == null ? Set.of() : Set.of(tag);
        String scope = "search " + Arrays.asList(user.id(), text, channel, tag, period.from(), period.to(), order);
        int offset = cursor == null ? 0 : offset(Cursor.decode(cursor, scope));
        var query = new PostQuery(
                user.tenantId(),
                channels,
                text,
                tags,
                period.from(),
                period.to(),
                PostQuery.Order.valueOf(order.toUpperCase(Locale.ROOT)),
                offset,
                limit);
        SearchResult result = engine.search(query);
        String next =
                result.hasMore() ? Cursor.of(Instant.EPOCH, offset + limit).encode(scope) : null;
        return new Page<>(hits.of(user, text, result.hits()), next);
    }

    /** A ranking has no stable sort key, so the cursor holds the number of hits already shown. */
    private static int offset(Cursor cursor) {
        return (int) Math.max(0, Math.min(cursor.number(), Integer.MAX_VALUE - PostQuery.MAX_LIMIT));
    }
}
