package routes.indexing;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.List;
import routes.events.TagSetVersion;

/**
 * What vector index and graph contain for a post; {@code posts.index_state}.
 *
 * @param vector hash of everything in the vector index, null if it contains nothing
 * @param graph hash of everything in the graph, null if it contains nothing
 * @param tags the tags last written to both
 * @param contentVersion first part of the version of these tags
 * @param visionVersion second part, null for none
 * @param occurredAt third part, null before the first tags
 */
record IndexState(
        String vector, String graph, List<String> tags, long contentVersion, String visionVersion, Instant occurredAt) {

    static final IndexState EMPTY = new IndexState(null, null, List.of(), -1, null, null);

    @JsonIgnore
    TagSetVersion version() {
        return TagSetVersion.of(contentVersion, visionVersion, occurredAt == null ? Instant.MIN : occurredAt);
    }
}
