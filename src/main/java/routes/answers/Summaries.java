package routes.answers;

import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.answers.CheckTask.Claim;
import routes.llm.ModelResult;
import routes.llm.ModelTask;
import routes.llm.Providers;
import routes.llm.ReaderCalls;
import routes.text.Language;

/**
 * Summarises posts in sentences, with the providers of ANSWER_PROVIDERS and the same checks as answers. A post without an accepted
 * sentence of a model is represented by a sentence from its own text. The time limit is ANSWER_TIME_BUDGET for each
 * {@value #TOGETHER} posts.
 */
@Component
public class Summaries {
    private static final Logger LOG = LoggerFactory.getLogger(Summaries.class);
    /** Number of posts per model call. With more posts, the summaries get worse. */
    private static final int TOGETHER = 10;

    private final Passages passages;
    private final AnswerModels models;
    private final LocalAnswers local;
    private final SentenceCheck check;
    private final AnswerPrompts prompts;
    private final ReaderCalls calls;
    private final AnswerProperties properties;

    Summaries(
            Passages passages,
            AnswerModels models,
            LocalAnswers local,
            SentenceCheck check,
            AnswerPrompts prompts,
            ReaderCalls calls,
            AnswerProperties properties) {
        this.passages = passages;
        this.models = models;
        this.local = local;
        this.check = check;
        this.prompts = prompts;
        this.calls = calls;
        this.properties = properties;
    }

    /** Returns an instance for trials, which calls no models. */
    public Summaries rehearsal() {
        var extracts = new AnswerModels() {
            @Override
            public ModelResult answer(AnswerTask task) {
                return local.answer(task);
            }

            @Override
            public ModelResult check(ModelTask task) {
                throw new UnsupportedOperationException("A trial does not call models");
            }

            @Override
            public boolean canCheck() {
                return false;
            }
        };
        return new Summaries(passages, extracts, local, check, prompts, calls, properties);
    }

    /**
     * A sentence about one or more posts.
     *
     * @param text plain text without links
     * @param postIds posts that support it; never empty
     */
    public record Line(String text, List<UUID> postIds, Answer.Support support) {}

    /**
     * The result of a summary.
     *
     * @param lines in the order of the posts, and for each post in the order of writing
     * @param provider provider of most lines
     * @param model null for {@code local}
     * @param isWithoutModel whether models were configured but did not write a part of it
     * @param leftOut number of model sentences that the posts do not support
     * @param linksRemoved whether links were removed from sentences of a model
     * @param cleaned number of posts from which sentences that address a program were removed
     */
    public record Summary(
            List<Line> lines,
            String provider,
            String model,
            boolean isWithoutModel,
            int leftOut,
            boolean linksRemoved,
            Set<UUID> cleaned) {}

    /**
     * @param postIds posts of channels that the user is subscribed to; others are left out, as are posts without text
     * @throws org.springframework.dao.DataAccessException if the database is unavailable; model failures throw nothing
     */
    public Summary of(UUID tenantId, long userId, List<UUID> postIds, Language language) {
        var all = new Writing();
        List<Passage> together = new ArrayList<>();
        int length = 0;
        for (Passage passage : passages.beginnings(tenantId, userId, postIds)) {
            if (together.size() == TOGETHER
                    || !together.isEmpty() && length + passage.text().length() > properties.maxContext()) {
                write(List.copyOf(together), language, all);
                together.clear();
                length = 0;
            }
            together.add(passage);
            length += passage.text().length();
        }
        if (!together.isEmpty()) {
            write(together, language, all);
        }
        return all.summary();
    }

    /**
     * Returns the posts that a model of ANSWER_CHECK_PROVIDERS judges to be advertisements; empty without a model, or if the model
     * fails.
     *
     * @param postIds as in {@link #of}
     */
    public Set<UUID> advertisements(UUID tenantId, long userId, List<UUID> postIds) {
        Set<UUID> found = new HashSet<>();
        if (!models.canCheck()) {
            return found;
        }
        for (List<Passage> together : Lists.partition(passages.beginnings(tenantId, userId, postIds), TOGETHER)) {
            var task =
                    CheckTask.advertising(together.stream().map(Passage::text).toList(), prompts);
            try {
                verdicts(task).forEach((index, isAdvertisement) -> {
                    if (isAdvertisement) {
                        found.add(together.get(index).post().postId());
                    }
                });
            } catch (RuntimeException e) {
                LOG.info("Advertisements are not detected among {} posts: {}", together.size(), e.getMessage());
                LOG.debug("Advertisements are not detected", e);
            }
        }
        return found;
    }

    @SuppressWarnings("unchecked") // both tasks return this type
    private Map<Integer, Boolean> verdicts(ModelTask task) {
        return (Map<Integer, Boolean>)
                calls.within(properties.timeBudget(), () -> models.check(task)).value();
    }

    private static final class Writing {
        private final List<Line> lines = new ArrayList<>();
        private final Set<UUID> cleaned = new HashSet<>();
        private ModelResult byModel;
        private boolean isWithoutModel;
        private int leftOut;
        private boolean linksRemoved;

        Summary summary() {
            return new Summary(
                    List.copyOf(lines),
                    byModel == null ? Providers.LOCAL : byModel.provider(),
                    byModel == null ? null : byModel.model(),
                    isWithoutModel,
                    leftOut,
                    linksRemoved,
                    Set.copyOf(cleaned));
        }
    }

    private void write(List<Passage> together, Language language, Writing all) {
        AnswerTask task = task(together, language);
        var sentences = new Sentences(together, new Answer.Listener() {});
        ModelResult result = null;
        try {
            result = calls.within(properties.timeBudget(), () -> models.answer(task));
        } catch (RuntimeException e) {
            LOG.info("{} posts are summarised without models: {}", together.size(), e.getMessage());
            LOG.debug("Posts are summarised without models", e);
            all.isWithoutModel = true;
        }
        if (result != null && !result.provider().equals(Providers.LOCAL)) {
            all.byModel = result;
            check.check(result, 2 * task.maxSentences(), sentences, this::judged);
        }
        List<Line> lines = new ArrayList<>(lines(sentences, together));
        Set<UUID> told = lines.stream().map(line -> line.postIds().get(0)).collect(Collectors.toSet());
        List<Passage> untold = together.stream()
                .filter(passage -> !told.contains(passage.post().postId()))
                .toList();
        var own = new Sentences(untold, new Answer.Listener() {});
        if (!untold.isEmpty()) {
            AnswerTask rest = task(untold, language);
            check.check(local.answer(rest), 2 * rest.maxSentences(), own, claims -> Map.of());
        }
        lines.addAll(lines(own, untold));
        for (Passage passage : together) {
            lines.stream()
                    .filter(line -> line.postIds().get(0).equals(passage.post().postId()))
                    .forEach(all.lines::add);
            if (passage.isCleaned()) {
                all.cleaned.add(passage.post().postId());
            }
        }
        all.leftOut += sentences.leftOut();
        all.linksRemoved |= sentences.linksRemoved();
    }

    private AnswerTask task(List<Passage> together, Language language) {
        String request =
                language == Language.RU ? "Дайджест этих постов, по-русски." : "A digest of these posts, in English.";
        return new AnswerTask(request, Intent.DIGEST, language, List.of(), together, together.size(), prompts, null);
    }

    private Map<Integer, Boolean> judged(List<Claim> claims) {
        if (!models.canCheck()) {
            return Map.of();
        }
        try {
            return verdicts(CheckTask.verdicts(claims, prompts));
        } catch (RuntimeException e) {
            LOG.info("{} sentences are not checked: {}", claims.size(), e.getMessage());
            LOG.debug("Sentences are not checked", e);
            return Map.of();
        }
    }

    private static List<Line> lines(Sentences sentences, List<Passage> passages) {
        List<Integer> cited = sentences.cited();
        return sentences.accepted().stream()
                .map(sentence -> new Line(
                        sentence.text(),
                        sentence.citations().stream()
                                .map(n -> passages.get(cited.get(n - 1)).post().postId())
                                .toList(),
                        sentence.support()))
                .toList();
    }
}
