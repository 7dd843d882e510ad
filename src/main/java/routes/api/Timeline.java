package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import routes.timeline.TimelineRecord;

/** The outcomes of a post in each stage, in chronological order. */
@JsonInclude
record Timeline(List<Stage> items, String nextCursor) {

    @JsonInclude
    record Stage(
            String stage,
            String outcome,
            String reason,
            String provider,
            String model,
            String entryId,
            Integer delivery,
            Long contentVersion,
            String trigger,
            Instant startedAt,
            int durationMs,
            String traceId) {}

    static Timeline of(List<TimelineRecord> records) {
        return new Timeline(records.stream().map(Timeline::stage).toList(), null);
    }

    private static Stage stage(TimelineRecord record) {
        return new Stage(
                record.stage(),
                record.outcome(),
                record.reason(),
                record.provider(),
                record.model(),
                record.entryId(),
                record.delivery(),
                record.contentVersion(),
                record.trigger(),
                record.startedAt(),
                record.durationMs(),
                record.traceId());
    }
}
