package routes.reconcile;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.EventStream;
import routes.events.PostEnriched;
import routes.events.PostTagged;
import routes.events.StreamCatalog;
import routes.events.VisionUploaded;
import routes.outbox.Outbox;

/** Publishes the event that a stage reads for one post, created from the stored data, through the outbox. */
@Component
public class PostsAgain {
    private static final int TRANSACTION_SECONDS = 30;

    /** Creates the event of a post from the stored data; none if data is missing. */
    private interface Maker {
        List<? extends Event> make(List<UUID> posts);
    }

    private final Map<String, Maker> byStage = new LinkedHashMap<>();
    private final Outbox outbox;
    private final EventCodec codec;
    private final TransactionTemplate transaction;

    PostsAgain(
            StreamCatalog catalog,
            LostEvents events,
            Outbox outbox,
            EventCodec codec,
            PlatformTransactionManager transactions) {
        add(catalog, PostTagged.class, events::tagged);
        add(catalog, VisionUploaded.class, posts -> events.uploaded(posts).stream()
                .filter(event -> !event.mediaFiles().isEmpty())
                .toList());
        add(catalog, PostEnriched.class, events::enriched);
        this.outbox = outbox;
        this.codec = codec;
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TRANSACTION_SECONDS);
    }

    private void add(StreamCatalog catalog, Class<? extends Event> type, Maker maker) {
        EventStream stream = catalog.stream(type);
        catalog.servedGroups(stream)
                .forEach(group -> catalog.stage(stream.name(), group).ifPresent(stage -> byStage.put(stage, maker)));
    }

    /** Returns the stages whose events can be created from the stored data, in pipeline order. */
    public Set<String> stages() {
        return Collections.unmodifiableSet(byStage.keySet());
    }

    /**
     * @param stage one of {@link #stages}
     * @return the streams; empty if the post does not exist or lacks data that the event needs: tags, or stored files
     */
    public List<String> publish(UUID post, String stage) {
        return transaction.execute(status -> {
            List<? extends Event> again = byStage.get(stage).make(List.of(post));
            outbox.append(again);
            return again.stream().map(codec::stream).distinct().toList();
        });
    }
}
