package routes.reconcile;

import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Event;
import routes.events.EventCodec;
import routes.outbox.Outbox;

/** Publishes the event of one post that a stage reads, made from what is stored, through the outbox. */
@Component
public class PostsAgain {
    /** The stages whose events can be made from the stored data, beside those that have requests of their own. */
    public static final List<String> STAGES =
            List.of("tag-persistence", "crawl-trigger", "enrichment", "vision", "indexing");

    private static final int TRANSACTION_SECONDS = 30;

    private final LostEvents events;
    private final Outbox outbox;
    private final EventCodec codec;
    private final TransactionTemplate transaction;

    PostsAgain(LostEvents events, Outbox outbox, EventCodec codec, PlatformTransactionManager transactions) {
        this.events = events;
        this.outbox = outbox;
        this.codec = codec;
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TRANSACTION_SECONDS);
    }

    /**
     * @param stage one of {@link #STAGES}
     * @return the streams; empty if the post does not exist, or lacks what the event needs: tags, or stored files
     */
    public List<String> publish(UUID post, String stage) {
        return transaction.execute(status -> {
            List<? extends Event> again =
                    switch (stage) {
                        case "indexing" -> events.enriched(List.of(post));
                        case "vision" ->
                            events.uploaded(List.of(post)).stream()
                                    .filter(event -> !event.mediaFiles().isEmpty())
                                    .toList();
                        default -> events.tagged(List.of(post));
                    };
            outbox.append(again);
            return again.stream().map(codec::stream).distinct().toList();
        });
    }
}
