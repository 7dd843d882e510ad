package routes.stories;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Merges posts that tell one story: the members of an album, forwards of one message, and similar texts. */
@Component
public record Stories(SameStory same) {
    /** Maximum time between posts of one story, even if their texts are nearly the same. */
    private static final Duration MOST_APART = Duration.ofHours(72);

    /**
     * Maximum number of posts in which a word may occur to be used for finding candidates: a more frequent word would compare nearly all
     * pairs.
     */
    private static final int COMMON_WORD = 60;

    /** Number of common words that two posts need to be compared. */
    private static final int NEEDED = 2;

    /** Maximum number of characters that are compared; the rest of a longer text contains details. */
    private static final int MOST_TEXT = 1_200;

    /**
     * The fields of a post that stories need.
     *
     * @param album id of its album; null without an album
     * @param origin id of the original message; null if it is not a forward
     */
    public record Told(UUID postId, UUID channelId, Instant postedAt, String text, String album, String origin) {}

    /** Posts that tell one story, in the given order; never empty. */
    public record Story(List<Told> posts) {
        public Told first() {
            return posts.get(0);
        }
    }

    /**
     * Returns the stories; each post is in exactly one. The result depends only on the posts, not on their order.
     *
     * @param posts a post without text is a separate story, unless it belongs to an album or is a forward
     */
    public List<Story> of(List<Told> posts) {
        List<Told> sorted = posts.stream()
                .sorted(Comparator.comparing(Told::postedAt).thenComparing(Told::postId))
                .toList();
        Groups groups = new Groups(sorted.size());
        join(groups, sorted);
        List<StoryText> texts = sorted.stream()
                .map(post -> same.read(
                        post.text().substring(0, Math.min(MOST_TEXT, post.text().length()))))
                .toList();
        var corpus = new SameStory.Corpus(texts);
        for (int[] pair : candidates(texts)) {
            Told one = sorted.get(pair[0]);
            Told other = sorted.get(pair[1]);
            if (groups.of(pair[0]) != groups.of(pair[1])
                    && Duration.between(one.postedAt(), other.postedAt()).abs().compareTo(MOST_APART) <= 0
                    && isLike(groups, pair, texts, corpus)) {
                groups.join(pair[0], pair[1]);
            }
        }
        Map<Integer, List<Told>> stories = new LinkedHashMap<>();
        for (int i = 0; i < sorted.size(); i++) {
            stories.computeIfAbsent(groups.of(i), any -> new ArrayList<>()).add(sorted.get(i));
        }
        return stories.values().stream().map(Story::new).toList();
    }

    private static void join(Groups groups, List<Told> posts) {
        Map<String, Integer> known = new HashMap<>();
        for (int i = 0; i < posts.size(); i++) {
            for (String identity : new String[] {
                posts.get(i).album() == null ? null : "album " + posts.get(i).album(),
                posts.get(i).origin() == null ? null : "origin " + posts.get(i).origin()
            }) {
                Integer earlier = identity == null ? null : known.putIfAbsent(identity, i);
                if (earlier != null) {
                    groups.join(earlier, i);
                }
            }
        }
    }

    /**
     * Returns whether most posts of both groups are alike. A chain of pairwise similar posts could otherwise connect different stories.
     */
    private boolean isLike(Groups groups, int[] pair, List<StoryText> texts, SameStory.Corpus corpus) {
        if (same.probability(texts.get(pair[0]), texts.get(pair[1]), corpus) < SameStory.LIMIT) {
            return false;
        }
        double sum = 0;
        int pairs = 0;
        for (int one : groups.members(pair[0])) {
            for (int other : groups.members(pair[1])) {
                if (!texts.get(one).terms().isEmpty()
                        && !texts.get(other).terms().isEmpty()) {
                    sum += same.probability(texts.get(one), texts.get(other), corpus);
                    pairs++;
                }
            }
        }
        return sum / pairs >= SameStory.LIMIT;
    }

    /** Returns pairs that share enough rare words, in the order of the posts. */
    private static List<int[]> candidates(List<StoryText> texts) {
        Map<String, List<Integer>> byWord = new HashMap<>();
        for (int i = 0; i < texts.size(); i++) {
            for (StoryText.Term term : texts.get(i).terms()) {
                Set<String> keys = new LinkedHashSet<>();
                term.keys().stream().filter(key -> key.charAt(0) != '^').forEach(keys::add);
                for (String key : keys) {
                    List<Integer> posts = byWord.computeIfAbsent(key, any -> new ArrayList<>());
                    if (posts.isEmpty() || posts.get(posts.size() - 1) != i) {
                        posts.add(i);
                    }
                }
            }
            for (String number : texts.get(i).facts().values()) {
                byWord.computeIfAbsent("#" + number, any -> new ArrayList<>()).add(i);
            }
        }
        Map<Long, Integer> common = new HashMap<>();
        byWord.values().stream()
                .filter(posts -> posts.size() > 1 && posts.size() <= COMMON_WORD)
                .forEach(posts -> {
                    for (int i = 0; i < posts.size(); i++) {
                        for (int j = i + 1; j < posts.size(); j++) {
                            common.merge((long) posts.get(i) << 32 | posts.get(j), 1, Integer::sum);
                        }
                    }
                });
        return common.entrySet().stream()
                .filter(pair -> pair.getValue() >= NEEDED)
                .map(Map.Entry::getKey)
                .sorted()
                .map(pair -> new int[] {(int) (pair >> 32), (int) (long) pair})
                .toList();
    }

    /** Disjoint sets of indexes. */
    private static final class Groups {
        private final int[] group;
        private final Map<Integer, List<Integer>> members = new HashMap<>();

        Groups(int size) {
            group = new int[size];
            for (int i = 0; i < size; i++) {
                group[i] = i;
                members.put(i, new ArrayList<>(List.of(i)));
            }
        }

        int of(int index) {
            return group[index];
        }

        List<Integer> members(int index) {
            return members.get(group[index]);
        }

        void join(int one, int other) {
            int kept = Math.min(group[one], group[other]);
            int gone = Math.max(group[one], group[other]);
            if (kept == gone) {
                return;
            }
            for (int member : members.remove(gone)) {
                group[member] = kept;
                members.get(kept).add(member);
            }
        }
    }
}
