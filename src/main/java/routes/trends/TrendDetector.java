package routes.trends;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Finds terms with more posts in a window than expected from the posts before it. The test is Dunning's log-likelihood ratio (1993,
 * "Accurate Methods for the Statistics of Surprise and Coincidence") of two proportions, which is sufficiently exact for small counts.
 */
record TrendDetector(TrendsProperties properties) {
    /** Minimum growth: a significant term may be only slightly more frequent than usual. */
    private static final double LEAST_GROWTH = 2;

    /** Minimum share of the posts of the smaller trend that two terms must have in common to be one story. */
    static final double SAME = 0.6;

    private static final int MOST = 20;
    private static final int MOST_CANDIDATES = 500;
    private static final int PARTS = 12;

    /** @param terms display forms by key: tags, and phrases of the text */
    record Post(UUID id, UUID channelId, Instant at, Map<String, String> terms) {}

    /**
     * @param keyword in the form that most posts use
     * @param topics other terms of the same story
     * @param expected expected posts in the window, from the posts before it or from the same days of the preceding weeks, whichever is
     *     greater
     * @param burst counted posts of the window divided by the expected posts
     * @param significance log-likelihood ratio
     * @param posts posts of the window, the newest first
     * @param series posts in equal parts of the window, the oldest part first
     */
    record Found(
            String key,
            String keyword,
            List<String> topics,
            double expected,
            double burst,
            double significance,
            int channels,
            List<UUID> posts,
            List<Integer> series) {
        private void add(String topic) {
            if (topics.size() < MOST && !topics.contains(topic)) {
                topics.add(topic);
            }
        }
    }

    /**
     * The usual frequencies, from the posts before the window.
     *
     * @param counts number of posts with each candidate
     * @param sameDays the same numbers for the same time in the preceding weeks; empty for windows of whole weeks
     * @param channels channels that had posts; a new channel has no usual frequency, so its posts do not count
     */
    record Baseline(
            Map<String, Integer> counts,
            int posts,
            Map<String, Integer> sameDays,
            int postsOfSameDays,
            Set<UUID> channels) {}

    /** Returns the terms that may be trends; only these must be counted before the window. */
    Set<String> candidates(Collection<Post> window) {
        Map<String, List<Post>> byTerm = byTerm(window);
        Set<String> candidates = new HashSet<>();
        byTerm.forEach((term, posts) -> {
            if (posts.size() >= properties.minPosts() && channels(posts) >= properties.minChannels()) {
                candidates.add(term);
            }
        });
        return candidates;
    }

    private static Map<String, List<Post>> byTerm(Collection<Post> posts) {
        Map<String, List<Post>> byTerm = new HashMap<>();
        posts.forEach(
                post -> post.terms().keySet().forEach(term -> byTerm.computeIfAbsent(term, any -> new ArrayList<>())
                        .add(post)));
        return byTerm;
    }

    private int counted(Collection<Post> posts) {
        if (properties.minChannels() == 1) {
            return posts.size(); // the operator has configured trends of a single channel
        }
        Map<UUID, Integer> byChannel = new HashMap<>();
        posts.forEach(post -> byChannel.merge(post.channelId(), 1, Integer::sum));
        int loudest = byChannel.values().stream().mapToInt(n -> n).max().orElse(0);
        int others = posts.size() - loudest;
        return others + Math.min(loudest, others + 1);
    }

    private static int channels(Collection<Post> posts) {
        return (int) posts.stream().map(Post::channelId).distinct().count();
    }

    /**
     * Returns the trends, the most significant first; each story once.
     *
     * <p>For the channel with the most posts of a term, at most one post more is counted than for all other channels together: repetition
     * in one channel does not make a trend.
     */
    List<Found> find(Collection<Post> all, Baseline before, Instant from, Instant to) {
        List<Post> window = all.stream()
                .filter(post -> before.channels().contains(post.channelId()))
                .toList();
        if (before.posts() < properties.minBaseline() || window.isEmpty()) {
            return List.of();
        }
        Map<String, List<Post>> byTerm = byTerm(window);
        byTerm.keySet().retainAll(candidates(window));
        List<Found> significant = byTerm.entrySet().stream()
                .filter(term -> counted(term.getValue()) >= properties.minPosts())
                .map(term -> found(term.getKey(), term.getValue(), window.size(), before, from, to))
                .filter(found -> found.burst() >= LEAST_GROWTH && found.significance() >= properties.significance())
                .sorted(Comparator.comparingDouble(Found::significance)
                        .reversed()
                        // of two terms of the same posts, the phrase is more specific
                        .thenComparing(found -> -found.keyword().length())
                        .thenComparing(Found::key))
                .limit(MOST_CANDIDATES)
                .toList();
        List<Found> stories = new ArrayList<>();
        for (Found found : significant) {
            Optional<Found> same = stories.stream()
                    .filter(story -> isSame(story.posts(), found.posts()))
                    .findFirst();
            if (same.isPresent()) {
                same.get().add(found.keyword());
            } else if (stories.size() < MOST) {
                stories.add(found);
            }
        }
        return stories;
    }

    static boolean isSame(Collection<UUID> one, Collection<UUID> other) {
        Set<UUID> common = new HashSet<>(one);
        common.retainAll(new HashSet<>(other));
        return common.size() >= SAME * Math.min(one.size(), other.size());
    }

    private Found found(String key, List<Post> posts, int windowPosts, Baseline baseline, Instant from, Instant to) {
        int counted = counted(posts);
        int ofWindow = windowPosts - posts.size() + counted;
        int before = baseline.counts().getOrDefault(key, 0);
        Map<String, Integer> forms = new HashMap<>();
        posts.forEach(post -> forms.merge(post.terms().get(key), 1, Integer::sum));
        String keyword = forms.entrySet().stream()
                .max(Map.Entry.<String, Integer>comparingByValue()
                        .thenComparing(
                                Map.Entry.<String, Integer>comparingByKey().reversed()))
                .orElseThrow()
                .getKey();
        // counts an unseen term as half a post, so that the expected value is never 0
        double expected = Math.max(
                ofWindow * (before + 0.5) / (baseline.posts() + 1.0),
                // a term that occurs every Friday is usual on a Friday
                baseline.postsOfSameDays() == 0
                        ? 0
                        : ofWindow
                                * (baseline.sameDays().getOrDefault(key, 0) + 0.5)
                                / (baseline.postsOfSameDays() + 1.0));
        Integer[] series = new Integer[PARTS];
        Arrays.fill(series, 0);
        double length = (to.toEpochMilli() - from.toEpochMilli()) / (double) PARTS;
        posts.forEach(post -> {
            int part = (int) ((post.at().toEpochMilli() - from.toEpochMilli()) / length);
            series[Math.max(0, Math.min(PARTS - 1, part))]++;
        });
        return new Found(
                key,
                keyword,
                new ArrayList<>(),
                expected,
                counted / expected,
                likelihoodRatio(counted, ofWindow, before, baseline.posts()),
                channels(posts),
                posts.stream()
                        .sorted(Comparator.comparing(Post::at).reversed().thenComparing(Post::id))
                        .map(Post::id)
                        .toList(),
                List.of(series));
    }

    /** Returns twice the logarithm of the likelihood ratio of two counts: a separate proportion for each against a common one. */
    static double likelihoodRatio(int k1, int n1, int k2, int n2) {
        double common = (k1 + k2) / (double) (n1 + n2);
        return 2
                * (logLikelihood(k1, n1, k1 / (double) n1)
                        + logLikelihood(k2, n2, k2 / (double) n2)
                        - logLikelihood(k1, n1, common)
                        - logLikelihood(k2, n2, common));
    }

    private static double logLikelihood(int k, int n, double p) {
        return (k == 0 ? 0 : k * Math.log(p)) + (k == n ? 0 : (n - k) * Math.log(1 - p));
    }
}
