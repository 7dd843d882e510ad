package routes.operations;

import java.util.UUID;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.TabularData;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import routes.timeline.TimelineTable;

/** What an operator does with streams, their entries and posts; an MBean beside those of Camel, so that Hawtio shows it. */
@ManagedResource(description = "Looks into streams and replays what they hold")
public class StreamReplay {
    private static final int MAX_RECORDS = 1_000;

    private final TimelineTable timelines;

    StreamReplay(TimelineTable timelines) {
        this.timelines = timelines;
    }

    /**
     * Every stage the post went through, the latest {@value #MAX_RECORDS} records.
     *
     * @param postId UUID
     * @throws IllegalArgumentException for another text, or an unknown post
     */
    @ManagedOperation(description = "Every stage a post went through: outcome, reason, provider, entry id, duration")
    public TabularData tracePost(String postId) throws OpenDataException {
        var records = timelines.read(UUID.fromString(postId), MAX_RECORDS);
        if (records.isEmpty()) {
            throw new IllegalArgumentException("There is no post " + postId);
        }
        return TimelineData.of(records);
    }
}
