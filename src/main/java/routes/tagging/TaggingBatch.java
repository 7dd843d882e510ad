package routes.tagging;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;
import routes.events.Event;
import routes.events.PostParsed;
import routes.idempotency.RedisIdempotentRepository;
import routes.llm.ModelResult;
import routes.llm.ProvidersFailedException;
import routes.posts.PostNotThereYetException;

/** Asks for the tags of several posts in one call of a model, before each of them goes its own way; bean {@code taggingBatch}. */
@Component("taggingBatch")
public class TaggingBatch {
    private final Tagging tagging;
    private final RedisIdempotentRepository done;

    /** What became of a batch: one of both is null. */
    record Outcome(Set<String> asked, ModelResult result, ProvidersFailedException problem) {}

    TaggingBatch(Tagging tagging, RedisIdempotentRepository taggingIdempotency) {
        this.tagging = tagging;
        this.done = taggingIdempotency;
    }

    /** The task of those posts that will need tags; null where fewer than two do, since one can be asked for alone. */
    public TaggingTask task(@Body List<Event> events) {
        List<PostParsed> posts = events.stream()
                .filter(PostParsed.class::isInstance)
                .map(PostParsed.class::cast)
                .filter(this::needsTags)
                .toList();
        return posts.size() < 2 ? null : tagging.task(posts);
    }

    private boolean needsTags(PostParsed post) {
        try {
            return tagging.ignored(post) == null
                    && !tagging.isTooShort(post)
                    && (tagging.isManual(post) || !done.contains(tagging.key(post)));
        } catch (PostNotThereYetException e) {
            return false; // delivered again when its turn comes
        }
    }

    /** Notes what the providers answered. */
    public Outcome answered(@ExchangeProperty("taggingTask") TaggingTask task, @Body ModelResult result) {
        return new Outcome(keys(task), result, null);
    }

    /** Notes that no provider answered: a failed pass for each of the posts. */
    public Outcome failed(
            @ExchangeProperty("taggingTask") TaggingTask task, @ExchangeException ProvidersFailedException problem) {
        return new Outcome(keys(task), null, problem);
    }

    private static Set<String> keys(TaggingTask task) {
        Set<String> keys = new TreeSet<>();
        task.posts().forEach(post -> keys.add(post.idempotencyKey()));
        return keys;
    }

    /**
     * What the batch gave for a post; null where it was not asked for, or the answer had nothing usable for it: then it is
     * asked for alone.
     *
     * @throws ProvidersFailedException when the batch failed
     */
    public ModelResult of(@ExchangeProperty("taggingBatch") Outcome batch, @ExchangeProperty("post") PostParsed post) {
        if (batch == null || !batch.asked().contains(post.idempotencyKey())) {
            return null;
        }
        if (batch.problem() != null) {
            throw batch.problem();
        }
        return TagProposals.of(batch.result(), post).isPresent() ? batch.result() : null;
    }
}
