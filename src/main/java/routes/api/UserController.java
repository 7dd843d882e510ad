package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.api.access.Caller;
import routes.api.access.Role;
import routes.api.access.TenantStore;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;
import routes.events.Json;
import routes.events.StorableText;
import routes.ingest.preview.PreviewProperties;
import routes.telegram.TelegramProperties;

/** Users and the channels they read. */
@RestController
record UserController(
        UserStore users,
        TenantStore tenants,
        ApiDatabase database,
        TelegramProperties telegram,
        PreviewProperties preview) {

    /** The Bot API form of a channel id is -(id + offset). */
    private static final long BOT_API_OFFSET = 1_000_000_000_000L;

    /** Upper bound of Telegram's ids, which have at most 52 significant bits. */
    private static final long MAX_ID = 1L << 52;

    private static final long MAX_POSTS_PER_DAY = 1_000_000;

    private static final ObjectMapper JSON = Json.newMapper();

    /**
     * Channels are shared by all tenants. The title of a private channel and the time of the last read are shown only to tenants that have
     * posts of the channel.
     */
    private static final String SUBSCRIPTIONS =
            """
            SELECT c.id, c.tg_channel_id, c.username, s.subscribed_at,
                   CASE WHEN c.username IS NOT NULL OR own.is_read THEN c.title ELSE '' END AS title,
                   CASE WHEN own.is_read THEN c.last_parsed_at END AS last_parsed_at,
                   CASE WHEN l.channel_id IS NOT NULL THEN json_strip_nulls(json_build_object(
                       'state', live_state(l), 'source', l.source,
                       'account', l.account, 'history_from', l.history_from, 'history_done_at', l.history_done_at,
                       'messages_read', l.messages_read, 'last_read_at', l.passed_at, 'last_post_at', l.last_post_at,
                       'last_update_at', l.last_update_at, 'paused_at', l.paused_at, 'flood_until', l.flood_until,
                       'error', l.error, 'retry_at', CASE WHEN l.error IS NOT NULL THEN l.retry_at END, 'job_id', l.wanted_by,
                       'history_read_to', CASE WHEN l.history_done_at IS NULL THEN l.reached_at END)) END AS live
            FROM user_channel s
            JOIN users u ON u.id = s.user_id
            JOIN channels c ON c.id = s.channel_id
            LEFT JOIN live_channels l ON l.tenant_id = u.tenant_id AND l.channel_id = c.id
            CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM posts p
                                               WHERE p.tenant_id = u.tenant_id AND p.channel_id = c.id) AS is_read) own
            WHERE s.user_id = :user AND s.is_active
            """;

    /**
     * @param username with or without {@code @}
     * @param tenant id or name; created if it does not exist; null for the default tenant
     */
    record NewUser(
            @Positive Long telegramId,
            @Pattern(regexp = "@?[A-Za-z0-9_]{1,64}", message = "must be a Telegram user name of letters, digits and _")
                    String username,
            @Pattern(
                            regexp = "[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,99}",
                            message = "must be an id, or a name of at most 100 letters, digits, spaces and . _ -")
                    String tenant) {}

    @PostMapping(path = "/users", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Role.Needed(Role.ADMIN)
    ResponseEntity<User> create(@Valid @RequestBody NewUser wanted) {
        UUID tenant = tenant(wanted.tenant());
        User user = users.create(tenant, wanted.telegramId(), bareName(wanted.username()));
        return ResponseEntity.created(URI.create("/users/" + user.id())).body(user);
    }

    @GetMapping("/users")
    Page<User> list(
            @RequestParam(name = "limit", defaultValue = "50") @Min(1) @Max(100) int limit,
            @RequestParam(name = "cursor", required = false) String cursor) {
        return Page.read(
                "users of " + Caller.current().tenant(),
                cursor,
                limit,
                (after, count) -> users.list(after, count),
                User::place);
    }

    @GetMapping("/users/{user_id}")
    User read(@PathVariable("user_id") long id) {
        return users.require(id);
    }

    /** Returns the tenant for a new user. A caller with a tenant cannot use other tenants. */
    private UUID tenant(String wanted) {
        UUID own = Caller.current().tenant();
        if (own == null) {
            return wanted == null ? TenantStore.DEFAULT_TENANT : tenants.require(wanted);
        }
        if (wanted != null && !tenants.find(wanted).filter(own::equals).isPresent()) {
            throw ProblemType.NOT_FOUND.exception(
                    "tenant", "There is no tenant " + wanted, "Omit tenant: the tenant of the key is used.");
        }
        return own;
    }

    /**
     * A channel that a user reads.
     *
     * @param tgChannelId positive id without prefix; null until the channel is first read
     * @param title empty until then
     * @param live progress of live reading from Telegram; null if the channel is not read live
     */
    @JsonInclude
    record Subscription(
            UUID id,
            Long tgChannelId,
            String username,
            String title,
            Instant subscribedAt,
            Instant lastParsedAt,
            Live live) {

        Cursor place() {
            return new Cursor(subscribedAt, id);
        }
    }

    /**
     * Progress of reading a channel live.
     *
     * @param state finding (the channel is being resolved at Telegram), history, live, paused, waiting (flood wait of Telegram), or failed
     * @param account account that reads the channel; null until the channel is resolved, and for a preview
     * @param historyFrom start of the history to read
     * @param historyDoneAt time when the history was completely read; null before
     * @param historyReadTo time of the oldest post read so far; null before the first post and after the history is completely read
     * @param messagesRead number of messages read, including repeated reads
     * @param lastReadAt time of the last read of the newest messages
     * @param floodUntil end of the flood wait that Telegram has set
     * @param error why the channel cannot be read; reading is retried automatically
     * @param retryAt time of the next retry; null without an error, or if the retry is due
     * @param jobId id of the pending request to read the channel now; null if there is none
     * @param source telegram (through an account) or preview (without an account)
     */
    @JsonInclude
    record Live(
            String state,
            String account,
            Instant historyFrom,
            Instant historyDoneAt,
            Instant historyReadTo,
            long messagesRead,
            Instant lastReadAt,
            Instant lastPostAt,
            Instant lastUpdateAt,
            Instant pausedAt,
            Instant floodUntil,
            String error,
            Instant retryAt,
            UUID jobId,
            String source) {}

    /**
     * A channel to subscribe to. Exactly one of the fields must be set.
     *
     * @param username with or without {@code @}, or a link to the channel or one of its posts, also of a private channel
     * @param tgChannelId positive id without prefix, or the id with the {@code -100} prefix of the Bot API
     */
    record NewSubscription(
            @Pattern(
                            regexp = ChannelName.PATTERN,
                            message =
                                    "must be the user name of a channel (4 to 32 letters, digits and _, a letter first), or a link such"
                                            + " as https://t.me/name, https://t.me/name/5, https://t.me/c/1234567/5 or tg://resolve?domain=name;"
                                            + " invitations are accepted in Telegram only")
                    String username,
            Long tgChannelId) {}

    @PostMapping(path = "/users/{user_id}/channels", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Role.Needed(Role.OPERATOR)
    ResponseEntity<Subscription> subscribe(
            @PathVariable("user_id") long id, @Valid @RequestBody NewSubscription wanted) {
        User user = users.require(id);
        UUID channel = channel(wanted);
        int changed = database.sql(
                        """
                        INSERT INTO user_channel (user_id, channel_id) VALUES (:user, :channel)
                        ON CONFLICT (user_id, channel_id) DO UPDATE SET is_active = true, subscribed_at = now()
                            WHERE NOT user_channel.is_active
                        """)
                .param("user", user.id())
                .param("channel", channel)
                .update();
        return ResponseEntity.status(changed == 1 ? HttpStatus.CREATED : HttpStatus.OK)
                .body(subscription(user, channel).orElseThrow());
    }

    private Optional<Subscription> subscription(User user, UUID channel) {
        return database.rows(SUBSCRIPTIONS + " AND c.id = :channel")
                .param("user", user.id())
                .param("channel", channel)
                .query(ApiDatabase.as(Subscription.class))
                .optional();
    }

    /** Returns the id of the channel; inserts a row for a new channel. */
    private UUID channel(NewSubscription wanted) {
        if ((wanted.username() == null) == (wanted.tgChannelId() == null)) {
            throw ProblemType.INVALID_VALUE.exception("username", "Either username or tg_channel_id is required");
        }
        ChannelName named = wanted.username() == null ? null : ChannelName.of(wanted.username());
        if (named != null && named.username() != null) {
            return channel("username", "lower(username) = lower(:key)", named.username());
        }
        long id = bareId(named == null ? wanted.tgChannelId() : named.tgChannelId());
        if (named != null && !telegram.isConfigured()) {
            return database.sql("SELECT id FROM channels WHERE tg_channel_id = :key")
                    .param("key", id)
                    .query(UUID.class)
                    .optional()
                    .orElseThrow(() -> notLive("The channel " + id
                            + " is private: only a Telegram account that is a member of it can read it"));
        }
        return channel("tg_channel_id", "tg_channel_id = :key", id);
    }

    private UUID channel(String column, String condition, Object key) {
        database.sql("INSERT INTO channels (id, " + column + ") VALUES (:id, :key) ON CONFLICT DO NOTHING")
                .param("id", UUID.randomUUID())
                .param("key", key)
                .update();
        return database.sql("SELECT id FROM channels WHERE " + condition)
                .param("key", key)
                .query(UUID.class)
                .single();
    }

    private static long bareId(long given) {
        long id = given < 0 ? -(given + BOT_API_OFFSET) : given;
        if (id <= 0 || id > MAX_ID) {
            throw ProblemType.INVALID_VALUE.exception(
                    "tg_channel_id",
                    given + " is not the id of a channel",
                    "Send the positive id, as in the result.json of an export, or the -100… form of the Bot API.");
        }
        return id;
    }

    /** Returns the name of a user or channel without a leading {@code @} or {@code https://t.me/}; null for null. */
    static String bareName(String name) {
        return name == null ? null : name.replaceFirst("^(@|(https?://)?t\\.me/(s/)?)", "");
    }

    /** Lists the channels that a user reads, in the order of subscription. */
    @GetMapping("/users/{user_id}/channels")
    Page<Subscription> channels(
            @PathVariable("user_id") long id,
            @RequestParam(name = "limit", defaultValue = "50") @Min(1) @Max(100) int limit,
            @RequestParam(name = "cursor", required = false) String cursor) {
        User user = users.require(id);
        return Page.read(
                "channels " + user.id(),
                cursor,
                limit,
                (after, count) -> channels(user, after, count),
                Subscription::place);
    }

    private List<Subscription> channels(User user, Optional<Cursor> after, int limit) {
        return database.rows(SUBSCRIPTIONS
                        + (after.isPresent() ? " AND (s.subscribed_at, c.id) > (CAST(:time AS timestamptz), :id)" : "")
                        + " ORDER BY s.subscribed_at, c.id LIMIT :limit")
                .param("user", user.id())
                .params(Cursor.parameters(after))
                .param("limit", limit)
                .query(ApiDatabase.as(Subscription.class))
                .list();
    }

    /**
     * User-specific additions to {@code config/enrichment_policy.yml}, stored in {@code users.settings}.
     *
     * @param triggerTags in addition to those of the policy: links of posts with one of these tags are fetched; tags are compared by words
     *     in any form
     * @param postsPerDay maximum number of the user's posts per day (UTC) whose links are fetched; null for only the tenant's limit
     */
    @JsonInclude
    record CrawlSettings(
            @NotNull @Size(max = 100, message = "must have at most 100 tags")
                    List<
                                    @NotNull @Size(min = 2, max = 60, message = "must have 2 to 60 characters")
                                    @Pattern(
                                            regexp = "(?U)[^\\p{Cntrl}]*[\\p{L}\\p{N}][^\\p{Cntrl}]*",
                                            message = "must contain a word and no control characters")
                                    String>
                            triggerTags,
            @Min(0) @Max(MAX_POSTS_PER_DAY) Integer postsPerDay) {}

    @GetMapping("/users/{user_id}/crawl/settings")
    CrawlSettings crawlSettings(@PathVariable("user_id") long id) {
        return database.rows(
                        """
                        SELECT jsonb_path_query_array(settings, 'lax $.crawl_trigger_tags[*] ? (@.type() == "string")')
                                   AS trigger_tags,
                               jsonb_path_query_first(settings, 'lax $.crawl_posts_per_day ? (@.type() == "number")')
                                   AS posts_per_day
                        FROM users WHERE id = :user
                        """)
                .param("user", users.require(id).id())
                .query(ApiDatabase.as(CrawlSettings.class))
                .single();
    }

    @PutMapping(path = "/users/{user_id}/crawl/settings", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Role.Needed(Role.OPERATOR)
    CrawlSettings setCrawl(@PathVariable("user_id") long id, @Valid @RequestBody CrawlSettings wanted) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(
                "crawl_trigger_tags",
                Set.copyOf(wanted.triggerTags()).stream().sorted().toList());
        if (wanted.postsPerDay() != null) {
            settings.put("crawl_posts_per_day", wanted.postsPerDay());
        }
        database.sql(
                        """
                        UPDATE users SET settings = (settings - 'crawl_posts_per_day') || CAST(:settings AS jsonb) WHERE id = :user
                        """)
                .param("user", users.require(id).id())
                .param("settings", StorableText.json(JSON, settings))
                .update();
        return crawlSettings(id);
    }

    @DeleteMapping("/users/{user_id}/channels/{channel_id}")
    @Role.Needed(Role.OPERATOR)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void unsubscribe(@PathVariable("user_id") long id, @PathVariable("channel_id") UUID channel) {
        int changed = database.sql(
                        """
                        UPDATE user_channel SET is_active = false
                        WHERE user_id = :user AND channel_id = :channel AND is_active
                        """)
                .param("user", users.require(id).id())
                .param("channel", channel)
                .update();
        if (changed == 0) {
            throw ProblemType.NOT_FOUND.exception(
                    "channel_id", "User " + id + " is not subscribed to the channel " + channel);
        }
    }

    /** @param channels number of channels to read; {@link Live#jobId} of each contains the id until its read has finished */
    record Reading(UUID jobId, String status, int channels) {}

    /** Reads the channels of the user now instead of at the next scheduled time. Flood waits of Telegram are still observed. */
    @PostMapping("/users/{user_id}/channels/parse")
    @Role.Needed(Role.OPERATOR)
    ResponseEntity<Reading> parse(@PathVariable("user_id") long id) {
        User user = users.require(id);
        if (!telegram.isConfigured() && !preview.enabled()) {
            throw notLive("Live reading from Telegram is not enabled");
        }
        UUID job = UUID.randomUUID();
        int channels = database.sql(
                        """
                        UPDATE live_channels l SET wanted = coalesce(l.wanted, 'recent'), wanted_by = :job,
                            retry_at = CASE WHEN l.flood_until > now() THEN l.retry_at END
                        FROM user_channel s
                        WHERE s.user_id = :user AND s.is_active AND l.channel_id = s.channel_id AND l.tenant_id = :tenant
                            AND l.paused_at IS NULL
                        """)
                .param("job", job)
                .param("user", user.id())
                .param("tenant", user.tenantId())
                .update();
        return ResponseEntity.accepted()
                .location(URI.create("/users/" + user.id() + "/channels"))
                .body(new Reading(job, "queued", channels));
    }

    /** Stops reading the channel for all users of the tenant until it is resumed. */
    @PostMapping("/users/{user_id}/channels/{channel_id}/pause")
    @Role.Needed(Role.OPERATOR)
    Subscription pause(@PathVariable("user_id") long id, @PathVariable("channel_id") UUID channel) {
        return change(id, channel, "paused_at = coalesce(paused_at, now())");
    }

    /** Resumes reading the channel from where it was paused. */
    @PostMapping("/users/{user_id}/channels/{channel_id}/resume")
    @Role.Needed(Role.OPERATOR)
    Subscription resume(@PathVariable("user_id") long id, @PathVariable("channel_id") UUID channel) {
        // edits and deletions during the pause were not received
        return change(
                id, channel, "paused_at = NULL, wanted = CASE WHEN paused_at IS NULL THEN wanted ELSE 'deep' END");
    }

    private static ErrorResponseException notLive(String what) {
        return ProblemType.CONFLICT.exception(
                null,
                what,
                "Set TELEGRAM_API_ID and sign in an account, set PREVIEW_ENABLED for public channels, or import an export.");
    }

    private Subscription change(long id, UUID channel, String assignments) {
        User user = users.require(id);
        int changed = database.sql(
                        """
                        UPDATE live_channels l SET %s
                        WHERE l.tenant_id = :tenant AND l.channel_id = :channel AND EXISTS (
                            SELECT 1 FROM user_channel s
                            WHERE s.user_id = :user AND s.channel_id = l.channel_id AND s.is_active)"""
                                .formatted(assignments))
                .param("tenant", user.tenantId())
                .param("channel", channel)
                .param("user", user.id())
                .update();
        Subscription subscription = subscription(user, channel)
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception(
                        "channel_id", "User " + id + " is not subscribed to the channel " + channel));
        if (changed == 0) {
            throw notLive("The channel " + channel + " is not read live from Telegram");
        }
        return subscription;
    }
}
