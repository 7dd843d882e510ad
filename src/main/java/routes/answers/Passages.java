package routes.answers;

import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import routes.answers.PostTexts.Part;
import routes.answers.PostTexts.PostText;
import routes.answers.Terms.Term;
import routes.search.HybridSearch;
import routes.search.HybridSearch.PostHit;
import routes.search.HybridSearch.PostQuery;
import routes.search.HybridSearch.SearchResult;
import routes.search.QueryLanguage.Understood;

/** Finds the passages that may answer a question: in each found post, the sentences around the best match. */
@Component
record Passages(HybridSearch search, PostTexts texts, Terms terms, Instructions instructions, Support support) {
    /** Number of posts to read passages from. */
    private static final int DEPTH = 30;

    /** Number of sentences before and after the best one. */
    private static final int AROUND = 2;

    private static final int MAX_PASSAGE = 1_000;
    /** Minimum weighted share of the question's words in a passage. */
    private static final double NEEDED = 0.45;

    /** Passages with less than this share of the best coverage are treated as off-topic. */
    private static final double OF_BEST = 0.6;

    private static final double WEIGHT_OF_RANK = 0.25;
    private static final double SAME = 0.6;
    private static final int MOST_TAGS = 50;
    /** Hashtags and remains of links at the end of a text. */
    private static final Pattern LABELS =
            Pattern.compile("(?:\\s*[:(—–-]\\s*…[\\s).]*)?(?:\\s*#[\\p{L}\\p{N}_]+)*\\s*$");

    /**
     * Passages, best first.
     *
     * @param subject words that the passages must contain; empty for the newest posts
     * @param nearest posts that contain only some of the words, if no passage contains enough
     */
    record Found(List<Passage> passages, List<Term> subject, List<Passage> nearest) {}

    /** Returns passages about the subject of a question, one per story. */
    Found about(Question question, String subjectText, int most, int maxCharacters) {
        SearchResult result = search.search(query(question, subjectText, PostQuery.Order.RELEVANCE, DEPTH));
        String corrected = subjectText;
        for (Map.Entry<String, String> word : result.replaced().entrySet()) {
            corrected = corrected.replace(word.getKey(), word.getValue());
        }
        List<Term> subject = terms.subject(corrected);
        List<Passage> all = new ArrayList<>();
        List<PostText> posts = read(question, result.hits());
        for (int rank = 0; rank < posts.size(); rank++) {
            all.addAll(best(posts.get(rank), subject, rank));
        }
        all.sort(Comparator.comparingDouble(Passage::score).reversed().thenComparing(passage -> -passage.post()
                .number()));
        double best = all.stream().mapToDouble(Passage::coverage).max().orElse(0);
        List<Passage> enough = all.stream()
                .filter(passage -> passage.coverage() >= NEEDED && passage.coverage() >= OF_BEST * best)
                .toList();
        return new Found(
                limited(oncePerStory(enough), most, maxCharacters),
                subject,
                limited(oncePerStory(enough.isEmpty() ? all : List.of()), 3, maxCharacters));
    }

    /** Returns the beginnings of the newest posts, or of the most viewed of them, one per story. */
    Found newest(Question question, String tag, int most, int maxCharacters, boolean byViews) {
        Question tagged = tag == null ? question : question.withTag(tag);
        SearchResult result = search.search(query(tagged, "", PostQuery.Order.DATE, DEPTH));
        List<Passage> all = new ArrayList<>();
        for (PostText post : read(question, result.hits())) {
            post.parts().stream()
                    .map(part -> beginning(post, part))
                    .filter(passage -> !passage.sentences().isEmpty())
                    .findFirst()
                    .ifPresent(all::add);
        }
        if (byViews) {
            all.sort(Comparator.comparingInt((Passage passage) -> passage.post().views())
                    .reversed());
        }
        return new Found(limited(oncePerStory(all), most, maxCharacters), List.of(), List.of());
    }

    /** Returns the beginnings of those posts that the user may see and that contain text, in this order. */
    List<Passage> beginnings(UUID tenantId, long userId, List<UUID> postIds) {
        Map<UUID, PostText> known = texts.read(tenantId, userId, postIds);
        return postIds.stream()
                .map(known::get)
                .filter(Objects::nonNull)
                .flatMap(post -> post.parts().stream()
                        .map(part -> beginning(post, part))
                        .filter(passage -> !passage.sentences().isEmpty())
                        .limit(1))
                .toList();
    }

    /** Returns the most frequent tags of the posts in the scope of the question, with the number of posts of each. */
    Map<String, Integer> tags(Question question) {
        return search.facets(query(question, "", PostQuery.Order.DATE, 1), MOST_TAGS)
                .tags();
    }

    private static PostQuery query(Question question, String text, PostQuery.Order order, int limit) {
        Understood wanted = Understood.words(text).and(question.tag(), Set.of(), question.from(), question.to());
        return new PostQuery(question.tenantId(), question.channelIds(), wanted, false, order, 0, limit);
    }

    /** Reads the posts in the order of the hits. */
    private List<PostText> read(Question question, List<PostHit> hits) {
        Map<UUID, PostText> known = texts.read(
                question.tenantId(),
                question.userId(),
                hits.stream().map(PostHit::postId).toList());
        return hits.stream()
                .map(hit -> known.get(hit.postId()))
                .filter(post -> post != null
                        && question.channelIds().contains(post.post().channelId()))
                .toList();
    }

    private record Clean(List<String> sentences, boolean isCleaned) {}

    private Clean clean(String text) {
        List<String> sentences = PlainPassage.sentences(PlainPassage.of(text));
        List<String> harmless = sentences.stream()
                .filter(sentence -> !instructions.isOrder(sentence))
                .map(sentence -> LABELS.matcher(sentence).replaceFirst(""))
                .filter(sentence -> sentence.codePoints().anyMatch(Character::isLetterOrDigit))
                .toList();
        boolean isCleaned = sentences.stream().anyMatch(instructions::isOrder);
        return new Clean(harmless, isCleaned);
    }

    private Passage beginning(PostText post, Part part) {
        Clean clean = clean(part.text());
        return new Passage(
                post.post(), window(clean.sentences(), 0), part.foundIn(), 1, 1, List.of(), clean.isCleaned());
    }

    /** Returns the best passage of each text of a post. */
    private List<Passage> best(PostText post, List<Term> subject, int rank) {
        List<Passage> passages = new ArrayList<>();
        for (Part part : post.parts()) {
            Clean clean = clean(part.text());
            List<Set<String>> keys = clean.sentences().stream().map(terms::keys).toList();
            int best = -1;
            double bestScore = 0;
            for (int i = 0; i < keys.size(); i++) {
                Set<String> around = new HashSet<>();
                keys.subList(Math.max(0, i - 1), Math.min(keys.size(), i + AROUND))
                        .forEach(around::addAll);
                double score = Terms.coverage(subject, around) + Terms.coverage(subject, keys.get(i));
                if (score > bestScore) {
                    best = i;
                    bestScore = score;
                }
            }
            if (best >= 0) {
                List<String> sentences = window(clean.sentences(), best);
                Set<String> inPassage = new HashSet<>(terms.keys(String.join(" ", sentences)));
                // a post often names its subject only once, in a tag or in the first sentence
                post.post().tags().forEach(tag -> inPassage.addAll(terms.keys(tag)));
                inPassage.addAll(keys.get(0));
                double coverage = Terms.coverage(subject, inPassage);
                double score = coverage + 0.3 * bestScore + WEIGHT_OF_RANK / (1 + rank);
                passages.add(new Passage(
                        post.post(), sentences, part.foundIn(), coverage, score, List.of(), clean.isCleaned()));
            }
        }
        return passages;
    }

    /** Returns a short text as a whole, or the sentences around the best one of a long text. */
    private static List<String> window(List<String> sentences, int best) {
        if (sentences.stream().mapToInt(String::length).sum() <= MAX_PASSAGE) {
            return sentences;
        }
        int first = Math.max(0, best - 1);
        int last = best;
        int length = 0;
        for (int i = first; i < sentences.size() && i <= best + 2 * AROUND; i++) {
            length += sentences.get(i).length();
            if (i > best && length > MAX_PASSAGE) {
                break;
            }
            last = i;
        }
        return sentences.isEmpty() ? List.of() : sentences.subList(first, last + 1);
    }

    /**
     * Keeps the best of several passages with the same content. Passages with different numbers or with a negation on one side do
     * not have the same content.
     */
    private List<Passage> oncePerStory(List<Passage> passages) {
        List<Passage> once = new ArrayList<>();
        for (Passage passage : passages) {
            int known = Iterables.indexOf(once, other -> isSameStory(other, passage));
            if (known < 0) {
                once.add(passage);
            } else if (once.get(known).post().number() != passage.post().number()) {
                List<Answer.Same> also = new ArrayList<>(once.get(known).sameStory());
                Answer.Same same =
                        new Answer.Same(passage.post().number(), passage.post().channel());
                if (!also.contains(same)) {
                    also.add(same);
                    once.set(known, once.get(known).alsoIn(List.copyOf(also)));
                }
            }
        }
        return once;
    }

    private boolean isSameStory(Passage one, Passage other) {
        return terms.similarity(one.text(), other.text()) >= SAME
                && Conflicts.sameFacts(one.text(), other.text(), support);
    }

    private static List<Passage> limited(List<Passage> passages, int most, int maxCharacters) {
        List<Passage> limited = new ArrayList<>();
        int length = 0;
        for (Passage passage : passages) {
            length += passage.text().length();
            if (limited.size() == most || length > maxCharacters && !limited.isEmpty()) {
                break;
            }
            limited.add(passage);
        }
        return limited;
    }
}
