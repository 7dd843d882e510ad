package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.Role;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;
import routes.delivery.DigestDelivery;
import routes.delivery.DigestDelivery.Delivery;
import routes.digests.DigestBody;
import routes.digests.DigestPlanner;
import routes.digests.DigestSchedule;
import routes.digests.DigestSchedule.Frequency;
import routes.digests.DigestSettings;
import routes.digests.DigestSettingsTable;
import routes.digests.DigestTable;
import routes.digests.DigestTable.Digest;

/** Digests of a user, and the user's digest settings. */
@RestController
record DigestController(
        UserStore users,
        DigestSettingsTable settings,
        DigestTable digests,
        DigestPlanner planner,
        DigestDelivery delivery) {
    private static final int MAX_ITEMS = 10;

    /** Replaces all settings; missing fields get their defaults. */
    record NewDigestSettings(
            Boolean enabled,
            @Pattern(regexp = "([01]\\d|2[0-3]):[0-5]\\d", message = "must be a time in the form HH:MM, such as 09:07")
                    String time,
            @PlainText(max = 64) String zone,
            @Pattern(regexp = "daily|weekly|monthly", message = "must be daily, weekly or monthly") String frequency,
            @Min(value = 1, message = "must be 1 to 7") @Max(value = 7, message = "must be 1 to 7") Integer dayOfWeek,
            @Min(value = 1, message = "must be 1 to 31") @Max(value = 31, message = "must be 1 to 31")
                    Integer dayOfMonth,
            @Size(max = 50, message = "must have at most 50 topics") List<@NotNull @PlainText(max = 100) String> topics,
            @Size(max = 1000, message = "must have at most 1000 channels") List<@NotNull UUID> channels,
            @Size(max = 100, message = "must have at most 100 words")
                    List<@NotNull @PlainText(max = 100) String> mutedWords,
            @Size(max = 1000, message = "must have at most 1000 channels") List<@NotNull UUID> mutedChannels,
            @Min(value = 1, message = "must be 1 to 50") @Max(value = 50, message = "must be 1 to 50") Integer maxItems,
            @Pattern(regexp = "auto|ru|en", message = "must be auto, ru or en") String language) {

        DigestSettings of(long userId) {
            return new DigestSettings(
                    userId,
                    Boolean.TRUE.equals(enabled),
                    new DigestSchedule(
                            Frequency.of(Objects.requireNonNullElse(frequency, "daily")),
                            LocalTime.parse(Objects.requireNonNullElse(time, "09:00")),
                            zoneId(),
                            Objects.requireNonNullElse(dayOfWeek, 1),
                            Objects.requireNonNullElse(dayOfMonth, 1)),
                    stripped(topics),
                    Objects.requireNonNullElse(channels, List.of()),
                    stripped(mutedWords),
                    Objects.requireNonNullElse(mutedChannels, List.of()),
                    Objects.requireNonNullElse(maxItems, MAX_ITEMS),
                    Objects.requireNonNullElse(language, "auto"),
                    null);
        }

        private ZoneId zoneId() {
            try {
                return ZoneId.of(Objects.requireNonNullElse(zone, "UTC"));
            } catch (DateTimeException e) {
                throw ProblemType.INVALID_VALUE.exception(
                        "zone", "Unknown time zone '" + zone + "'", "Send a name such as Asia/Novosibirsk, or UTC.");
            }
        }

        private static List<String> stripped(List<String> texts) {
            return texts == null
                    ? List.of()
                    : texts.stream().map(String::strip).distinct().toList();
        }
    }

    @GetMapping("/users/{user_id}/digest/settings")
    DigestSettings settings(@PathVariable("user_id") long id) {
        return settings.read(users.require(id).id());
    }

    @PutMapping(path = "/users/{user_id}/digest/settings", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Role.Needed(Role.OPERATOR)
    DigestSettings change(@PathVariable("user_id") long id, @Valid @RequestBody NewDigestSettings wanted) {
        return settings.write(wanted.of(users.require(id).id()));
    }

    record Accepted(long jobId, String status) {}

    @PostMapping("/users/{user_id}/digest/generate")
    @Role.Needed(Role.OPERATOR)
    ResponseEntity<Accepted> generate(
            @PathVariable("user_id") long id, @RequestParam(name = "from", required = false) Instant from) {
        User user = users.require(id);
        long digest = planner.ask(user.id(), user.tenantId(), from);
        return ResponseEntity.accepted()
                .location(URI.create("/users/" + user.id() + "/digests/" + digest))
                .body(new Accepted(digest, "pending"));
    }

    /** A digest in a list. */
    @JsonInclude
    record Listed(@JsonUnwrapped Digest digest, Integer stories) {

        static Listed of(Digest digest) {
            return new Listed(
                    digest,
                    digest.body() == null
                            ? null
                            : digest.body().groups().stream()
                                    .mapToInt(group -> group.items().size())
                                    .sum());
        }

        private Cursor place() {
            return Cursor.of(Instant.EPOCH, digest.id());
        }
    }

    @GetMapping("/users/{user_id}/digests")
    Page<Listed> list(
            @PathVariable("user_id") long id,
            @RequestParam(name = "limit", defaultValue = "20") @Min(1) @Max(100) int limit,
            @RequestParam(name = "cursor", required = false) String cursor) {
        User user = users.require(id);
        return Page.read(
                "digests " + user.id(),
                cursor,
                limit,
                (after, count) -> digests
                        .list(user.id(), after.map(Cursor::number).orElse(null), count)
                        .stream()
                        .map(Listed::of)
                        .toList(),
                Listed::place);
    }

    /** A digest with its content. */
    @JsonInclude
    record Details(@JsonUnwrapped Digest digest, String error, @JsonUnwrapped DigestBody body, Delivery delivery) {
        static Details of(Digest digest, Delivery delivery) {
            return new Details(
                    digest,
                    // the error may contain internal details
                    digest.error() == null ? null : "The last attempt failed; see the log for the error.",
                    Objects.requireNonNullElse(digest.body(), DigestBody.NONE),
                    delivery);
        }
    }

    private Details details(Digest digest) {
        return Details.of(digest, delivery.of(digest.id()).orElse(null));
    }

    @GetMapping("/users/{user_id}/digests/{digest_id}")
    Details read(@PathVariable("user_id") long id, @PathVariable("digest_id") long digest) {
        return digests.read(users.require(id).id(), digest)
                .map(this::details)
                .orElseThrow(
                        () -> ProblemType.NOT_FOUND.exception("digest_id", "User " + id + " has no digest " + digest));
    }

    /** @throws org.springframework.web.ErrorResponseException status 404 if there is no digest */
    Details last(long id) {
        return digests.last(users.require(id).id())
                .map(this::details)
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception(
                        "user_id",
                        "User " + id + " has no digest yet",
                        "Generate one with POST /users/" + id + "/digest/generate, or use ask_archive."));
    }
}
