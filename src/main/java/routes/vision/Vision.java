package routes.vision;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.EntryFailure;
import routes.events.MediaFile;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.VisionUploaded;
import routes.idempotency.BatchClaims;
import routes.idempotency.BatchClaims.Answer;
import routes.idempotency.BatchClaims.Claim;
import routes.idempotency.InProgressElsewhereException;
import routes.llm.ModelResult;
import routes.llm.ProviderCredentials;
import routes.llm.Providers;
import routes.llm.ProvidersFailedException;
import routes.objectstore.ObjectStore;
import routes.posts.PostNotThereYetException;
import routes.stages.EventRoutes;
import routes.vision.VisionPass.Asked;
import routes.vision.VisionPass.Decision;
import routes.vision.VisionPass.Pending;

/** The stage {@code vision}: selects the pictures to analyse, reads them, and stores the results of the providers. */
@Component("vision")
public class Vision {
    private static final Logger LOG = LoggerFactory.getLogger(Vision.class);
    private static final String PASS = "visionPass";
    private static final String CHAIN = "llmChain";
    private static final int TIMEOUT_SECONDS = 30;

    private final VisionPolicy policy;
    private final VisionPrompts prompts;
    private final VisionProperties properties;
    private final VisionStore store;
    private final VisionBudget budget;
    private final BatchClaims done;
    private final ObjectStore objects;
    private final PostVision events;
    private final VisionMetrics metrics;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final ProviderCredentials credentials;
    private final boolean hasModels;

    Vision(
            VisionPolicy policy,
            VisionPrompts prompts,
            VisionProperties properties,
            VisionStore store,
            VisionBudget budget,
            BatchClaims visionIdempotency,
            ObjectStore objects,
            PostVision events,
            VisionMetrics metrics,
            ProviderCredentials credentials,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.policy = policy;
        this.prompts = prompts;
        this.properties = properties;
        this.store = store;
        this.budget = budget;
        this.done = visionIdempotency;
        this.objects = objects;
        this.events = events;
        this.metrics = metrics;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
        this.clock = clock;
        this.credentials = credentials;
        hasModels = !credentials.isLocalOnly(properties.providers());
    }

    /** Returns the stage for trials: it claims, reserves and counts nothing; the caller rolls back what it writes to the database. */
    public Vision rehearsal() {
        return new Vision(
                policy,
                prompts,
                properties,
                store,
                budget.rehearsal(),
                BatchClaims.REHEARSAL,
                objects,
                events,
                new VisionMetrics(new SimpleMeterRegistry()),
                credentials,
                Objects.requireNonNull(transaction.getTransactionManager()),
                clock);
    }

    /** Decides by the policy how each file is handled, reuses existing results, and reads the first picture to analyse. */
    public VisionPass begin(Exchange exchange, @Body List<VisionUploaded> batch) throws IOException {
        VisionPass pass = new VisionPass(batch, clock.instant());
        Map<UUID, VisionStore.StoredPost> posts = store.posts(batch);
        Map<VisionStore.Key, Integer> carriers = new LinkedHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            VisionUploaded event = batch.get(i);
            VisionStore.StoredPost post = posts.get(event.postId());
            if (post == null) {
                pass.answers[i] = EntryFailure.counted(new PostNotThereYetException(event.postId()));
            } else if (post.deleted()) {
                pass.answers[i] = StageOutcome.skipped("deleted");
            } else {
                decide(pass, i, post.channel(), carriers);
            }
        }
        pass.results.putAll(store.results(carriers.keySet(), policy.version()));
        metrics.decision("reuse", "analyzed", pass.results.size());
        carriers.keySet().removeAll(pass.results.keySet());
        claim(exchange, pass, carriers, posts);
        next(pass);
        return pass;
    }

    private void decide(
            VisionPass pass, int index, VisionPolicy.Source channel, Map<VisionStore.Key, Integer> carriers) {
        VisionUploaded event = pass.events.get(index);
        List<Decision> decisions = new ArrayList<>();
        for (MediaFile file : event.mediaFiles()) {
            String skip = policy.skipReason(file, decisions.size(), channel).orElse(null);
            decisions.add(new Decision(file, skip));
            if (skip == null) {
                carriers.putIfAbsent(new VisionStore.Key(event.tenantId(), file.sha256()), index);
            } else {
                metrics.decision("skip", skip, 1);
            }
        }
        pass.decisions.put(index, decisions);
    }

    /** Claims the pictures, so that no other worker analyses them at the same time. */
    private void claim(
            Exchange exchange,
            VisionPass pass,
            Map<VisionStore.Key, Integer> carriers,
            Map<UUID, VisionStore.StoredPost> posts) {
        List<VisionStore.Key> keys = List.copyOf(carriers.keySet());
        // "done" in Redis does not count without a result in the database
        List<Claim> claims = keys.stream()
                .map(key -> new Claim(
                        carriers.get(key), key.tenantId() + ":" + key.sha256() + ":" + policy.version(), true))
                .toList();
        List<Answer> taken = claims.isEmpty() ? List.of() : done.addAll(exchange, claims);
        for (int i = 0; i < keys.size(); i++) {
            VisionStore.Key key = keys.get(i);
            if (taken.get(i) == Answer.HELD) {
                pass.failures.put(
                        key, new InProgressElsewhereException(claims.get(i).key()));
                continue;
            }
            VisionUploaded event = pass.events.get(carriers.get(key));
            MediaFile file = event.mediaFiles().stream()
                    .filter(candidate -> candidate.sha256().equals(key.sha256()))
                    .findFirst()
                    .orElseThrow();
            pass.pending.add(new Pending(
                    key, file, policy.isOcrOnly(file, posts.get(event.postId()).channel()), claims.get(i)));
        }
    }

    /** Reads pictures until it finds one that can be analysed. */
    private void next(VisionPass pass) throws IOException {
        pass.asked = null;
        while (!pass.isOpen() && !pass.pending.isEmpty()) {
            Pending picture = pass.pending.remove();
            try {
                ask(pass, picture, read(picture.file()));
            } catch (Picture.UnreadableException e) {
                LOG.debug("Picture {} is not analysed: {}", picture.file().s3Key(), e.getMessage());
                pass.unreadable.put(picture.key(), e.reason());
                pass.claims.add(picture.claim());
                metrics.decision("skip", e.reason(), 1);
            }
        }
    }

    private void ask(VisionPass pass, Pending picture, Picture pixels) {
        boolean models = hasModels && !picture.ocrOnly();
        boolean reserved = models && budget.reserve(picture.key().tenantId());
        boolean local = picture.ocrOnly() || (models && !reserved);
        if (models && !reserved) {
            metrics.blocked();
        }
        metrics.decision(reserved ? "allow" : "ocr", reason(models, reserved, picture.ocrOnly()), 1);
        pass.asked = new Asked(picture, task(picture.file(), pixels, local), reserved, clock.instant());
    }

    boolean hasModels() {
        return hasModels;
    }

    PictureTask task(MediaFile file, Picture pixels, boolean local) {
        return new PictureTask(file, pixels, prompts.instruction(file.mimeType()), local);
    }

    /**
     * Returns why a picture is or is not sent to models.
     *
     * @param models whether policy and configuration allow models
     * @param affordable whether the budget allows the call
     */
    static String reason(boolean models, boolean affordable, boolean ocrOnly) {
        if (models) {
            return affordable ? "policy" : "budget";
        }
        return ocrOnly ? "policy" : "no_models";
    }

    Picture read(MediaFile file) throws IOException, Picture.UnreadableException {
        Optional<InputStream> content = file.s3Key() == null ? Optional.empty() : objects.get(file.s3Key());
        if (content.isEmpty()) {
            throw new Picture.UnreadableException("missing", "the file is missing from the object store", null);
        }
        int max = policy.limits().maxImageMb() * 1_048_576;
        byte[] bytes;
        try (InputStream stream = content.get()) {
            bytes = stream.readNBytes(max + 1);
        }
        if (bytes.length > max) {
            throw new Picture.UnreadableException("size", "the file has more than " + max + " bytes", null);
        }
        Picture picture = Picture.read(bytes, policy.limits().maxPixels());
        if (Math.min(picture.width(), picture.height()) < policy.limits().minSidePixels()) {
            throw new Picture.UnreadableException(
                    "small", picture.width() + " × " + picture.height() + " pixels", null);
        }
        return picture;
    }

    /** Returns the next picture to analyse. */
    public PictureTask task(@ExchangeProperty(PASS) VisionPass pass) {
        return pass.asked.task();
    }

    /** Accepts a provider's answer. Results of model calls are stored immediately, so that a crash does not repeat the calls. */
    public void answered(
            @ExchangeProperty(PASS) VisionPass pass,
            @ExchangeProperty(CHAIN) Providers.Chain chain,
            @Body ModelResult result)
            throws IOException {
        Pending picture = pass.asked.picture();
        Instant now = clock.instant();
        FileVision found = events.complete(pass.asked.task().pixels, result, chain.tokens(), now);
        metrics.analyzed(found.provider(), found.ocr() != null, Duration.between(pass.asked.at(), now));
        settle(pass, chain);
        pass.results.put(picture.key(), found);
        pass.claims.add(picture.claim());
        if (!chain.calls().isEmpty()) {
            store.saveResults(Map.of(picture.key(), found), policy.version());
        }
        next(pass);
    }

    /** Records that no provider analysed the picture. */
    public void failed(
            @ExchangeProperty(PASS) VisionPass pass,
            @ExchangeProperty(CHAIN) Providers.Chain chain,
            @ExchangeException ProvidersFailedException problem)
            throws IOException {
        settle(pass, chain);
        pass.failures.put(pass.asked.picture().key(), problem);
        next(pass);
    }

    /** Settles the reserved tokens. For models that were called and report no usage, the estimate is kept. */
    private void settle(VisionPass pass, Providers.Chain chain) {
        if (pass.asked.reserved() && (chain.calls().isEmpty() || chain.tokens() > 0)) {
            budget.settle(pass.asked.picture().key().tenantId(), chain.tokens());
        }
    }

    /**
     * Stores the results in one transaction.
     *
     * @return a result for each event: the analysed event, or a failure for events with a picture that no provider analysed
     */
    public List<Recorded> end(Exchange exchange, @ExchangeProperty(PASS) VisionPass pass) {
        Map<UUID, VisionStore.Row> rows = new HashMap<>();
        for (int i = 0; i < pass.events.size(); i++) {
            if (pass.answers[i] == null) {
                answer(exchange, pass, i, rows);
            }
        }
        Set<UUID> stored = transaction.execute(status -> {
            store.saveResults(pass.results, policy.version());
            return rows.isEmpty() ? Set.of() : store.saveRows(List.copyOf(rows.values()));
        });
        List<Recorded> answers = new ArrayList<>();
        for (int i = 0; i < pass.events.size(); i++) {
            UUID post = pass.events.get(i).postId();
            boolean gone = rows.containsKey(post) && !stored.contains(post);
            answers.add(gone ? EntryFailure.counted(new PostNotThereYetException(post)) : pass.answers[i]);
        }
        done.confirmAll(
                exchange,
                pass.claims.stream()
                        .filter(claim -> !(answers.get(claim.event()) instanceof EntryFailure))
                        .toList());
        return answers;
    }

    private void answer(Exchange exchange, VisionPass pass, int index, Map<UUID, VisionStore.Row> rows) {
        VisionUploaded event = pass.events.get(index);
        Optional<RuntimeException> failure = pass.decisions.get(index).stream()
                .map(decision -> pass.failures.get(
                        new VisionStore.Key(event.tenantId(), decision.file().sha256())))
                .filter(problem -> problem != null)
                .findFirst();
        if (failure.isPresent() && failure.get() instanceof InProgressElsewhereException) {
            pass.answers[index] = new EntryFailure(failure.get(), EntryFailure.Kind.UNCOUNTED);
        } else if (failure.isPresent() && !isLastAttempt(exchange, index)) {
            pass.answers[index] = EntryFailure.counted(failure.get());
        } else {
            pass.answers[index] = events.answer(pass, index, clock.instant(), rows);
        }
    }

    /**
     * Returns whether this is the last attempt, after which the post continues without the picture, so that it reaches the later stages.
     */
    private boolean isLastAttempt(Exchange exchange, int index) {
        return EventRoutes.deliveries(exchange, index) >= properties.maxAttempts();
    }
}
