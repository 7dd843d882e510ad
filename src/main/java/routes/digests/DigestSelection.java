package routes.digests;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigFolderProperties;
import routes.digests.DigestPolicy.Compiled;
import routes.digests.DigestPolicy.Explanation;
import routes.digests.DigestPolicy.Rule;
import routes.digests.DigestPosts.Candidate;
import routes.stories.Stories;
import routes.stories.Stories.Told;
import routes.text.SearchWords;
import routes.text.TagKey;

/**
 * Selects and orders the stories of a digest. The score of a story is the binary logarithm of its views relative to the usual views of its
 * channel (limited to -1 to 2), plus {@value #INTEREST} times its strongest interest, plus {@value #CHANNEL} for each further channel of
 * the story, up to {@value #MOST_CHANNELS}. Each selected story of a channel lowers the score of the channel's other stories.
 */
@Component
class DigestSelection {
    private static final String POLICY = "digest_policy.yml";
    private static final double INTEREST = 2;
    private static final double CHANNEL = 0.7;
    private static final int MOST_CHANNELS = 3;
    /** Amount by which each selected story lowers the score of other stories of the same channel. */
    private static final double REPEATED_CHANNEL = 0.6;

    private static final double FEWEST_VIEWS = -1;
    private static final double MOST_VIEWS = 2;
    /** Posts collect views for hours: a post younger than this counts as having at least the usual views. */
    private static final Duration YOUNG = Duration.ofHours(6);

    /** Minimum length of a text that is more than a label, in characters. */
    private static final int TELLING = 40;

    private static final Rule JUDGED = new Rule(
            "model",
            null,
            new Explanation("classified as an advertisement by a model", "модель считает пост рекламой"));

    private final List<Compiled> rules;
    private final Stories stories;
    private final SearchWords words;

    DigestSelection(ConfigFolderProperties config, Stories stories, SearchWords words) {
        String file = config.dir().resolve(POLICY).toString();
        this.rules = ConfigFolderProperties.yaml(file, config.read(POLICY), DigestPolicy.class)
                .compiled(file);
        this.stories = stories;
        this.words = words;
    }

    /**
     * @param main the post that is summarised
     * @param posts all posts of the story, the main post first
     * @param topics display forms of its tags by key
     * @param interests display forms of the interests that raised its score
     */
    record Chosen(
            Candidate main, List<Candidate> posts, Map<String, String> topics, List<String> interests, double score) {}

    /** @param topic null for stories without a common tag */
    record Group(String topic, List<Chosen> stories) {}

    record Advertisement(Candidate post, Rule rule) {}

    /** @param stories number of stories available for selection */
    record Selected(List<Group> groups, List<Advertisement> advertisements, int muted, int offTopic, int stories) {
        List<Chosen> all() {
            return groups.stream().flatMap(group -> group.stories().stream()).toList();
        }
    }

    /**
     * @param judged posts that a model classified as advertisements
     * @param interests weights by {@link TagKey}
     */
    Selected select(
            List<Candidate> candidates,
            Set<UUID> judged,
            DigestSettings settings,
            Map<String, Double> interests,
            Map<UUID, Double> usualViews,
            Instant now) {
        List<Advertisement> advertisements = new ArrayList<>();
        List<Candidate> left = new ArrayList<>();
        List<List<Set<String>>> muted =
                settings.mutedWords().stream().map(this::keys).toList();
        Set<String> mutedAlbums = new HashSet<>();
        int mutedPosts = 0;
        for (Candidate post : candidates) {
            Optional<Rule> rule = DigestPolicy.advertisement(rules, post.text())
                    .or(() -> judged.contains(post.postId()) ? Optional.of(JUDGED) : Optional.empty());
            if (rule.isPresent()) {
                advertisements.add(new Advertisement(post, rule.get()));
            } else if (!muted.isEmpty() && isAbout(post, muted)) {
                mutedPosts++;
            } else {
                left.add(post);
                continue;
            }
            // muting the caption of an album mutes its pictures
            mutedAlbums.add(post.album());
        }
        left.removeIf(post -> post.album() != null && mutedAlbums.contains(post.album()));
        List<List<Set<String>>> topics =
                settings.topics().stream().map(this::keys).toList();
        Map<String, String> wanted = settings.topics().stream()
                .collect(Collectors.toMap(TagKey::of, topic -> topic, (one, other) -> one, LinkedHashMap::new));
        Map<UUID, Candidate> byId = left.stream().collect(Collectors.toMap(Candidate::postId, post -> post));
        List<Chosen> scored = new ArrayList<>();
        int offTopic = 0;
        for (Stories.Story story :
                stories.of(left.stream().map(DigestSelection::told).toList())) {
            List<Candidate> posts =
                    story.posts().stream().map(told -> byId.get(told.postId())).toList();
            if (!topics.isEmpty() && posts.stream().noneMatch(post -> isAbout(post, topics))) {
                offTopic += posts.size();
            } else {
                scored.add(scored(posts, wanted, interests, usualViews, now));
            }
        }
        List<Chosen> chosen = spread(scored, settings.maxItems());
        return new Selected(grouped(chosen, wanted), advertisements, mutedPosts, offTopic, scored.size());
    }

    private static Told told(Candidate post) {
        return new Told(
                post.postId(), post.channelId(), post.postedAt().toInstant(), post.text(), post.album(), post.origin());
    }

    /** Returns the keys of each word of a phrase. */
    private List<Set<String>> keys(String phrase) {
        return words.of(phrase).stream()
                .filter(word -> !word.joined())
                .map(word -> words.keys(word.text()))
                .toList();
    }

    /** Returns whether the text or a tag contains one of the phrases: its words side by side, in any form. */
    private boolean isAbout(Candidate post, List<List<Set<String>>> phrases) {
        return phrases.stream().anyMatch(phrase -> {
            List<List<Set<String>>> texts = new ArrayList<>();
            texts.add(keys(post.text()));
            Arrays.stream(post.tags()).map(this::keys).forEach(texts::add);
            return texts.stream().anyMatch(text -> contains(text, phrase));
        });
    }

    private static boolean contains(List<Set<String>> text, List<Set<String>> phrase) {
        for (int start = 0; !phrase.isEmpty() && start + phrase.size() <= text.size(); start++) {
            boolean isThere = true;
            for (int i = 0; i < phrase.size() && isThere; i++) {
                isThere = !Collections.disjoint(text.get(start + i), phrase.get(i));
            }
            if (isThere) {
                return true;
            }
        }
        return false;
    }

    private static Chosen scored(
            List<Candidate> posts,
            Map<String, String> wanted,
            Map<String, Double> interests,
            Map<UUID, Double> usualViews,
            Instant now) {
        // the first post with enough text; for an album, the post with the caption
        Candidate main = posts.stream()
                .filter(post -> post.text().length() >= TELLING)
                .findFirst()
                .orElseGet(() -> posts.stream()
                        .max(Comparator.comparingInt(post -> post.text().length()))
                        .orElseThrow());
        Map<String, String> topics = new LinkedHashMap<>();
        posts.forEach(post -> Arrays.stream(post.tags()).forEach(tag -> topics.putIfAbsent(TagKey.of(tag), tag)));
        List<String> liked = topics.keySet().stream()
                .filter(key -> interests.containsKey(key) || wanted.containsKey(key))
                .sorted(Comparator.comparingDouble(key -> -interests.getOrDefault(key, 0.0)))
                .map(topics::get)
                .toList();
        double interest = topics.keySet().stream()
                .mapToDouble(key -> interests.getOrDefault(key, 0.0))
                .max()
                .orElse(0);
        double views = posts.stream()
                .mapToDouble(post -> views(post, usualViews, now))
                .max()
                .orElse(0);
        long channels = posts.stream().map(Candidate::channelId).distinct().count();
        List<Candidate> ordered = new ArrayList<>(posts);
        ordered.remove(main);
        ordered.add(0, main);
        return new Chosen(
                main,
                ordered,
                topics,
                liked,
                views + INTEREST * interest + CHANNEL * Math.min(MOST_CHANNELS, channels - 1));
    }

    private static double views(Candidate post, Map<UUID, Double> usualViews, Instant now) {
        double usual = usualViews.getOrDefault(post.channelId(), 0.0);
        if (usual <= 0) {
            return 0;
        }
        double relative = Math.log((post.views() + 1) / (usual + 1)) / Math.log(2);
        boolean isYoung = post.postedAt().toInstant().isAfter(now.minus(YOUNG));
        return Math.max(isYoung ? 0 : FEWEST_VIEWS, Math.min(MOST_VIEWS, relative));
    }

    private static List<Chosen> spread(List<Chosen> scored, int most) {
        List<Chosen> left = new ArrayList<>(scored);
        left.sort(Comparator.comparingDouble(Chosen::score)
                .reversed()
                .thenComparing(story -> story.main().postedAt(), Comparator.reverseOrder())
                .thenComparing(story -> story.main().postId()));
        Map<UUID, Integer> ofChannel = new HashMap<>();
        List<Chosen> chosen = new ArrayList<>();
        while (chosen.size() < most && !left.isEmpty()) {
            // on equal scores the first story wins, so that the order above decides
            Chosen best = null;
            double bestScore = 0;
            for (Chosen story : left) {
                double score = story.score()
                        - REPEATED_CHANNEL * ofChannel.getOrDefault(story.main().channelId(), 0);
                if (best == null || score > bestScore) {
                    best = story;
                    bestScore = score;
                }
            }
            left.remove(best);
            chosen.add(best);
            ofChannel.merge(best.main().channelId(), 1, Integer::sum);
        }
        return chosen;
    }

    /**
     * Groups stories by a topic of the settings, otherwise by the tag that most selected stories have. Groups are in the order of their
     * best story.
     */
    private static List<Group> grouped(List<Chosen> chosen, Map<String, String> wanted) {
        Map<String, Integer> counts = new HashMap<>();
        chosen.forEach(story -> story.topics().keySet().forEach(key -> counts.merge(key, 1, Integer::sum)));
        Map<String, List<Chosen>> groups = new LinkedHashMap<>();
        Map<String, String> names = new HashMap<>();
        for (Chosen story : chosen) {
            String key = topic(story.topics().keySet(), counts, wanted);
            groups.computeIfAbsent(key, any -> new ArrayList<>()).add(story);
            names.putIfAbsent(key, wanted.getOrDefault(key, story.topics().get(key)));
        }
        // a single story gets no heading
        List<Chosen> others = new ArrayList<>();
        List<Group> result = new ArrayList<>();
        groups.forEach((key, stories) -> {
            if (key.isEmpty() || stories.size() == 1 && !wanted.containsKey(key)) {
                others.addAll(stories);
            } else {
                result.add(new Group(names.get(key), stories));
            }
        });
        if (!others.isEmpty()) {
            others.sort(Comparator.comparingInt(chosen::indexOf));
            result.add(new Group(null, others));
        }
        return result;
    }

    private static String topic(Collection<String> keys, Map<String, Integer> counts, Map<String, String> wanted) {
        Set<String> of = new LinkedHashSet<>(keys);
        of.retainAll(wanted.keySet());
        return (of.isEmpty() ? keys : of)
                .stream()
                        .filter(key -> !key.isEmpty())
                        .min(Comparator.comparingInt((String key) -> -counts.get(key))
                                .thenComparing(key -> key))
                        .orElse("");
    }
}
