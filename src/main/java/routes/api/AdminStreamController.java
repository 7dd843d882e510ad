package routes.api;

import static routes.api.AdminController.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.AdminController.Affected;
import routes.api.access.Role;
import routes.redis.StreamRepair.Replayed;
import routes.replay.DeadLetter;
import routes.replay.DeadLetters;
import routes.replay.Replay;
import routes.replay.StreamOperations;

/** Streams, their groups and their dead letters, for the operators of the installation. */
@RestController
@Role.Needed(value = Role.ADMIN, ofInstallation = true)
record AdminStreamController(StreamOperations streams, DeadLetters letters) {
    private static final String ENTRY_ID = "\\d{1,19}-\\d{1,19}";
    private static final String PLACE = "[-+]|\\d{1,19}(-\\d{1,19})?";
    private static final String POSITION = "\\$|\\d{1,19}(-\\d{1,19})?";
    private static final String CAUSE = "[0-9a-f]{12}";
    private static final String REQUIRED = "is required";

    /** A dead letter in a list, without the fields of its entry. */
    record DeadLetterRow(
            @JsonUnwrapped @JsonIgnoreProperties({"stream", "consumer", "original_id", "cause", "fields"})
                    DeadLetter letter,
            String cause) {
        private static DeadLetterRow of(DeadLetter letter) {
            return new DeadLetterRow(letter, letter.cause().id());
        }
    }

    /** @param replayedAs id of the edited entry that was replayed instead; set only if the original was kept */
    @JsonInclude
    record ShownDeadLetter(@JsonUnwrapped DeadLetter letter, String replayedAs, String editedBy) {}

    record CauseCount(
            String cause,
            @JsonUnwrapped @JsonIgnoreProperties("id") DeadLetter.Cause parts,
            @JsonUnwrapped @JsonIgnoreProperties("cause") DeadLetters.CauseCount counted) {
        private static CauseCount of(DeadLetters.CauseCount counted) {
            return new CauseCount(counted.cause().id(), counted.cause(), counted);
        }
    }

    /** @param max maximum number of entries to replay, the oldest first */
    record ReplayRequest(
            @Pattern(regexp = CAUSE, message = "must be the id of a cause") String cause,
            @Min(1) @Max(DeadLetters.MAX_REPLAYED) Integer max,
            @Min(0) @Max(DeadLetters.MAX_REPLAYED) Integer expectedCount,
            Boolean dryRun) {}

    record EditedReplay(@Size(min = 1, max = 200, message = "must have 1 to 200 fields") Map<String, String> fields) {}

    record Purge(
            @Pattern(regexp = CAUSE, message = "must be the id of a cause") String cause,
            @NotNull(message = REQUIRED) @Min(0) Long expectedCount) {}

    record RangeReplay(
            @NotNull(message = REQUIRED) @Pattern(regexp = PLACE, message = "must be the id of an entry, - or +")
                    String fromId,
            @NotNull(message = REQUIRED) @Pattern(regexp = PLACE, message = "must be the id of an entry, - or +")
                    String toId,
            @Size(max = 200, message = "must have at most 200 characters") String group,
            @Min(1) @Max(DeadLetters.MAX_REPLAYED) Integer max,
            @Min(0) @Max(DeadLetters.MAX_REPLAYED) Integer expectedCount,
            Boolean dryRun) {}

    record GroupReset(
            @NotNull(message = REQUIRED) @Pattern(regexp = POSITION, message = "must be the id of an entry, 0 or $")
                    String id,
            @NotNull(message = REQUIRED) @Min(0) Long expectedLag) {}

    @GetMapping("/admin/streams")
    Page<StreamOperations.StreamRow> list() {
        return new Page<>(streams.list());
    }

    @GetMapping("/admin/streams/{stream}/dead-letters")
    Page<DeadLetterRow> letters(
            @PathVariable("stream") String stream,
            @RequestParam(name = "limit", defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(name = "cursor", required = false)
                    @Pattern(regexp = ENTRY_ID, message = "must be next_cursor of the previous page")
                    String cursor,
            @RequestParam(name = "cause", required = false)
                    @Pattern(regexp = CAUSE, message = "must be the id of a cause")
                    String cause) {
        List<DeadLetterRow> rows = letters.list(stream, cause, cursor, limit + 1).stream()
                .map(DeadLetterRow::of)
                .toList();
        return Page.of(rows, limit, row -> row.letter().id());
    }

    @GetMapping("/admin/streams/{stream}/causes")
    Page<CauseCount> causes(@PathVariable("stream") String stream) {
        return new Page<>(letters.causes(stream).stream().map(CauseCount::of).toList());
    }

    @GetMapping("/admin/streams/{stream}/dead-letters/{entry_id}")
    ShownDeadLetter show(
            @PathVariable("stream") String stream,
            @PathVariable("entry_id") @Pattern(regexp = ENTRY_ID, message = "must be the id of an entry") String id) {
        DeadLetters.Shown shown = letters.show(stream, id);
        return new ShownDeadLetter(shown.letter(), shown.replayedAs(), shown.editedBy());
    }

    @PostMapping(
            path = "/admin/streams/{stream}/dead-letters/{entry_id}/replay",
            consumes = MediaType.APPLICATION_JSON_VALUE)
    Replayed replayOne(
            @PathVariable("stream") String stream,
            @PathVariable("entry_id") @Pattern(regexp = ENTRY_ID, message = "must be the id of an entry") String id,
            @Valid @RequestBody EditedReplay wanted) {
        return wanted.fields() == null
                ? letters.replay(operator(), stream, id)
                : letters.replayEdited(operator(), stream, id, wanted.fields());
    }

    @DeleteMapping("/admin/streams/{stream}/dead-letters/{entry_id}")
    Affected purgeOne(
            @PathVariable("stream") String stream,
            @PathVariable("entry_id") @Pattern(regexp = ENTRY_ID, message = "must be the id of an entry") String id) {
        return new Affected(letters.purgeOne(operator(), stream, id));
    }

    @PostMapping(path = "/admin/streams/{stream}/dead-letters/replay", consumes = MediaType.APPLICATION_JSON_VALUE)
    Replay replayAll(@PathVariable("stream") String stream, @Valid @RequestBody ReplayRequest wanted) {
        return letters.replayAll(
                operator(),
                stream,
                wanted.cause(),
                Objects.requireNonNullElse(wanted.max(), DeadLetters.MAX_REPLAYED),
                wanted.expectedCount(),
                Boolean.TRUE.equals(wanted.dryRun()));
    }

    @PostMapping(path = "/admin/streams/{stream}/dead-letters/purge", consumes = MediaType.APPLICATION_JSON_VALUE)
    Affected purge(@PathVariable("stream") String stream, @Valid @RequestBody Purge wanted) {
        return new Affected(letters.purge(operator(), stream, wanted.cause(), wanted.expectedCount()));
    }

    @PostMapping(path = "/admin/streams/{stream}/replay", consumes = MediaType.APPLICATION_JSON_VALUE)
    Replay replayRange(@PathVariable("stream") String stream, @Valid @RequestBody RangeReplay wanted) {
        return streams.replayRange(
                operator(),
                stream,
                wanted.fromId(),
                wanted.toId(),
                Objects.requireNonNullElse(wanted.group(), ""),
                Objects.requireNonNullElse(wanted.max(), DeadLetters.MAX_REPLAYED),
                wanted.expectedCount(),
                Boolean.TRUE.equals(wanted.dryRun()));
    }

    @PostMapping("/admin/streams/{stream}/groups/{group}/claim")
    Affected claim(@PathVariable("stream") String stream, @PathVariable("group") String group) {
        return new Affected(streams.claimNow(operator(), stream, group));
    }

    @PostMapping(path = "/admin/streams/{stream}/groups/{group}/reset", consumes = MediaType.APPLICATION_JSON_VALUE)
    Affected reset(
            @PathVariable("stream") String stream,
            @PathVariable("group") String group,
            @Valid @RequestBody GroupReset wanted) {
        return new Affected(streams.resetGroup(operator(), stream, group, wanted.id(), wanted.expectedLag()));
    }
}
