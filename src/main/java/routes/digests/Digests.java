package routes.digests;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.CannotCreateTransactionException;
import routes.answers.Answer;
import routes.answers.Summaries;
import routes.answers.Summaries.Line;
import routes.answers.Summaries.Summary;
import routes.digests.DigestBody.Group;
import routes.digests.DigestBody.Item;
import routes.digests.DigestBody.Sentence;
import routes.digests.DigestBody.Source;
import routes.digests.DigestPosts.Candidate;
import routes.digests.DigestSelection.Chosen;
import routes.digests.DigestSelection.Selected;
import routes.digests.DigestTable.Claimed;
import routes.events.DigestsGenerate;
import routes.events.StageOutcome;
import routes.interests.Interests;
import routes.text.Language;

/** Generates digests; the bean {@code digests}. The event is only a trigger: all pending digests of its user are generated. */
@Component("digests")
public class Digests {
    private static final Logger LOG = LoggerFactory.getLogger(Digests.class);
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    /** Maximum number of pending digests of one user that one event generates. */
    private static final int MOST = 10;
    /** Maximum number of rounds in which a model classifies stories: stories that replace advertisements are classified too. */
    private static final int TURNS = 3;

    private final DigestTable digests;
    private final DigestSettingsTable settings;
    private final DigestPosts posts;
    private final DigestSelection selection;
    private final Interests interests;
    private final Summaries summaries;
    private final DigestProperties properties;
    private final MeterRegistry metrics;
    private final Clock clock;

    Digests(
            DigestTable digests,
            DigestSettingsTable settings,
            DigestPosts posts,
            DigestSelection selection,
            Interests interests,
            Summaries summaries,
            DigestProperties properties,
            MeterRegistry metrics,
            Clock clock) {
        this.digests = digests;
        this.settings = settings;
        this.posts = posts;
        this.selection = selection;
        this.interests = interests;
        this.summaries = summaries;
        this.properties = properties;
        this.metrics = metrics;
        this.clock = clock;
        for (String trigger : List.of(DigestTable.SCHEDULER, DigestTable.MANUAL)) {
            List.of("success", "retrying", "failed").forEach(status -> count(trigger, status, 0));
        }
    }

    /**
     * Returns the stage for trials: it generates the user's newest digest again, without models. The caller rolls back what it writes to
     * the database.
     *
     * @param left receives the text of the digest, for display
     */
    public Digests rehearsal(Consumer<String> left) {
        return new Digests(
                digests.rehearsal(left),
                settings,
                posts,
                selection,
                interests,
                summaries.rehearsal(),
                properties,
                new SimpleMeterRegistry(),
                clock);
    }

    private void count(String trigger, String status, int made) {
        metrics.counter("digests.made", "trigger", trigger, "status", status).increment(made);
    }

    /** @throws DataAccessException if the database does not respond; the stage pauses */
    public StageOutcome generate(@Body DigestsGenerate event) {
        long user = Long.parseLong(event.userId());
        int made = 0;
        String failure = null;
        for (int i = 0; i < MOST; i++) {
            Optional<Claimed> next = digests.claim(user, clock.instant());
            if (next.isEmpty()) {
                break;
            }
            made++;
            failure = attempt(next.get());
        }
        if (failure != null) {
            return StageOutcome.skipped(failure);
        }
        return made == 0 ? StageOutcome.skipped("already_made") : StageOutcome.done(null);
    }

    /** Returns null if the digest is ready, otherwise the reason. */
    private String attempt(Claimed digest) {
        long started = System.nanoTime();
        try {
            Instant collected = clock.instant();
            DigestBody body = body(digest, collected);
            if (digests.ready(digest, body, collected, clock.instant())) {
                count(digest.trigger(), "success", 1);
            }
            metrics.timer("digest.duration").record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
            return null;
        } catch (CannotCreateTransactionException
                | NonTransientDataAccessResourceException
                | TransientDataAccessException
                | RecoverableDataAccessException e) {
            // the lease expires, and the event of the digest is published again
            throw e;
        } catch (RuntimeException e) {
            boolean isLast = digest.attempts() >= properties.maxAttempts();
            LOG.warn(
                    "Digest {} of user {} {}: {}",
                    digest.id(),
                    digest.userId(),
                    isLast ? "failed permanently" : "is retried",
                    e.toString());
            LOG.debug("Digest {} failed", digest.id(), e);
            count(digest.trigger(), isLast ? "failed" : "retrying", 1);
            digests.failed(
                    digest,
                    e.toString(),
                    isLast ? null : clock.instant().plus(FIRST_PAUSE.multipliedBy(1L << digest.attempts() - 1)));
            return isLast ? "failed" : "retrying";
        }
    }

    private DigestBody body(Claimed digest, Instant now) {
        DigestSettings wanted = settings.read(digest.userId());
        List<Candidate> candidates = posts.read(digest.tenantId(), wanted, digest.from(), digest.to(), digest.seen());
        Map<UUID, Double> usual = posts.usualViews(
                digest.tenantId(),
                candidates.stream().map(Candidate::channelId).distinct().toList(),
                digest.to());
        Map<String, Double> weights = interests.weights(digest.userId());
        Selected selected = selection.select(candidates, Set.of(), wanted, weights, usual, now);
        Set<UUID> judged = new HashSet<>();
        Set<UUID> advertisements = new HashSet<>();
        for (int turn = 0; turn < TURNS; turn++) {
            List<UUID> stories = selected.all().stream()
                    .map(story -> story.main().postId())
                    .filter(judged::add)
                    .toList();
            Set<UUID> more = summaries.advertisements(digest.tenantId(), digest.userId(), stories);
            if (more.isEmpty()) {
                break;
            }
            advertisements.addAll(more);
            if (2 * advertisements.size() > judged.size()) {
                // the model follows instructions in the posts instead of its prompt
                LOG.info(
                        "Digest {}: the model classifies {} of {} stories as advertisements; its result is ignored",
                        digest.id(),
                        advertisements.size(),
                        judged.size());
                selected = selection.select(candidates, Set.of(), wanted, weights, usual, now);
                break;
            }
            selected = selection.select(candidates, advertisements, wanted, weights, usual, now);
        }
        String language = language(wanted, selected);
        Summary summary = summaries.of(
                digest.tenantId(),
                digest.userId(),
                selected.all().stream().map(story -> story.main().postId()).toList(),
                language.equals("ru") ? Language.RU : Language.EN);
        Map<UUID, List<Line>> lines = new HashMap<>();
        summary.lines().forEach(line -> lines.computeIfAbsent(line.postIds().get(0), any -> new ArrayList<>())
                .add(line));
        // stories without a sentence are omitted
        Map<UUID, Integer> numbers = new LinkedHashMap<>();
        List<Source> sources = new ArrayList<>();
        selected.all().stream()
                .filter(story -> lines.containsKey(story.main().postId()))
                .flatMap(story -> story.posts().stream())
                .forEach(post -> {
                    numbers.put(post.postId(), numbers.size() + 1);
                    sources.add(source(numbers.size(), post));
                });
        List<Group> groups = new ArrayList<>();
        for (DigestSelection.Group group : selected.groups()) {
            List<Item> items = group.stories().stream()
                    .filter(story -> lines.containsKey(story.main().postId()))
                    .map(story -> item(story, lines.get(story.main().postId()), numbers))
                    .toList();
            if (!items.isEmpty()) {
                groups.add(new Group(group.topic(), items));
            }
        }
        int told = groups.stream().mapToInt(group -> group.items().size()).sum();
        return new DigestBody(
                language,
                groups,
                sources,
                selected.advertisements().stream()
                        .map(left -> new DigestBody.Advertisement(
                                left.post().number(),
                                left.post().channel(),
                                left.rule().name(),
                                left.rule().explanation().in(language)))
                        .toList(),
                new DigestBody.Counts(
                        candidates.size(),
                        selected.advertisements().size(),
                        selected.muted(),
                        selected.offTopic(),
                        selected.stories(),
                        told),
                summary.provider(),
                summary.model(),
                notes(summary, selected, told));
    }

    private static String language(DigestSettings wanted, Selected selected) {
        if (!wanted.language().equals("auto")) {
            return wanted.language();
        }
        return Language.of(selected.all().stream()
                        .map(story -> story.main().text())
                        .collect(Collectors.joining("\n")))
                .code();
    }

    private static Source source(int n, Candidate post) {
        return new Source(
                n,
                post.postId(),
                post.number(),
                post.channelId(),
                post.channel(),
                post.link(),
                post.postedAt().toInstant(),
                post.views());
    }

    private static Item item(Chosen story, List<Line> lines, Map<UUID, Integer> numbers) {
        return new Item(
                lines.stream()
                        .map(line -> new Sentence(
                                line.text(),
                                line.postIds().stream().map(numbers::get).toList(),
                                line.support().code()))
                        .toList(),
                story.posts().stream().map(post -> numbers.get(post.postId())).toList(),
                story.interests());
    }

    private static List<String> notes(Summary summary, Selected selected, int told) {
        Map<String, Boolean> notes = new LinkedHashMap<>();
        notes.put("without_model", summary.isWithoutModel());
        notes.put("left_out", summary.leftOut() > 0);
        notes.put("links_removed", summary.linksRemoved());
        notes.put("instructions_removed", !summary.cleaned().isEmpty());
        notes.put("unconfirmed", summary.lines().stream().anyMatch(line -> line.support() == Answer.Support.NONE));
        notes.put("more_stories", selected.stories() > told);
        return notes.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
    }
}
