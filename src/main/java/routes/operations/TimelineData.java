package routes.operations;

import java.util.Arrays;
import java.util.List;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import javax.management.openmbean.TabularData;
import javax.management.openmbean.TabularDataSupport;
import javax.management.openmbean.TabularType;
import routes.timeline.TimelineRecord;

/** A timeline as JMX tabular data, which consoles show as a table. */
final class TimelineData {
    private static final String[] COLUMNS = {
        "n",
        "started_at",
        "stage",
        "outcome",
        "reason",
        "provider",
        "model",
        "entry_id",
        "delivery",
        "content_version",
        "trigger",
        "duration_ms",
        "trace_id"
    };

    private TimelineData() {}

    static TabularData of(List<TimelineRecord> records) throws OpenDataException {
        OpenType<?>[] types = new OpenType<?>[COLUMNS.length];
        Arrays.fill(types, SimpleType.STRING);
        types[0] = SimpleType.INTEGER;
        var row = new CompositeType("record", "A stage of a post", COLUMNS, COLUMNS, types);
        var table = new TabularDataSupport(
                new TabularType("timeline", "The stages of a post", row, new String[] {COLUMNS[0]}));
        for (int i = 0; i < records.size(); i++) {
            TimelineRecord record = records.get(i);
            table.put(new CompositeDataSupport(row, COLUMNS, new Object[] {
                i + 1,
                record.startedAt().toString(),
                record.stage(),
                record.outcome(),
                record.reason(),
                record.provider(),
                record.model(),
                record.entryId(),
                text(record.delivery()),
                text(record.contentVersion()),
                record.trigger(),
                Integer.toString(record.durationMs()),
                record.traceId()
            }));
        }
        return table;
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }
}
