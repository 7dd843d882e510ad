package routes.operations;

import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.events.EventStream;
import routes.events.StreamCatalog;
import routes.redis.StreamAdmin;
import routes.redis.StreamAdmin.Trimmed;
import routes.schedule.Job;
import routes.stages.StreamKeys;

/**
 * The only code that trims streams. Keeps entries for the catalogue groups of implemented stages, served or not, and for the groups
 * that routes of this process serve. Dead letters are not trimmed.
 */
@Component
class StreamTrimJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(StreamTrimJob.class);

    private final StreamAdmin streams;
    private final StreamCatalog catalog;
    private final StreamKeys keys;
    private final ServedGroups served;
    private final StreamProperties properties;

    StreamTrimJob(
            StreamAdmin streams,
            StreamCatalog catalog,
            StreamKeys keys,
            ServedGroups served,
            StreamProperties properties) {
        this.streams = streams;
        this.catalog = catalog;
        this.keys = keys;
        this.served = served;
        this.properties = properties;
    }

    @Override
    public String name() {
        return "stream-trim";
    }

    @Override
    public void run() {
        // after Redis was flushed, groups of stages that no process runs are missing; without them nothing would be
        // trimmed
        // or reported as waiting
        streams.ensureGroups(keys.groups());
        for (EventStream stream : catalog.streams()) {
            for (String key : keys.of(stream)) {
                Trimmed trimmed = streams.trim(key, neededBy(stream), properties.maxlen());
                if (trimmed.removed() > 0 || trimmed.left() > 0) {
                    LOG.debug("{}: {}", key, trimmed);
                }
            }
        }
    }

    private Set<String> neededBy(EventStream stream) {
        Set<String> groups = new LinkedHashSet<>(catalog.servedGroups(stream));
        served.list().stream()
                .filter(one -> one.stream().equals(stream.name()))
                .forEach(one -> groups.add(one.group()));
        return groups;
    }
}
