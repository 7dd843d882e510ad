package routes.tagging.local;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import routes.text.SearchWords;
import routes.text.TextAnalysis;

/** Measures extractors on the evaluation corpus: five tags a post, compared with the gold tags by their stems. */
final class Evaluation {
    static final int TAGS = 5;

    interface Extractor {
        List<String> tags(String text, CorpusSnapshot corpus, int max);
    }

    /**
     * Means over the posts.
     *
     * @param f1 mean of the posts' F1, not F1 of the means
     * @param partial F1 where each tag and each gold tag counts by how much of its best counterpart it shares (Jaccard of stems)
     */
    record Score(double precision, double recall, double f1, double partial) {}

    private final TextAnalysis analysis = new TextAnalysis(new SearchWords());
    private final List<EvaluationPost> posts = EvaluationPost.all();

    /** The texts, without their gold tags, as a corpus. Small, but the same one for every extractor. */
    private final CorpusSnapshot corpus =
            counted(posts.stream().map(EvaluationPost::text).toList(), analysis);

    private final Map<String, Extractor> extractors = new LinkedHashMap<>();

    Evaluation() {
        extractors.put("local", new LocalTagger(analysis)::tags);
        extractors.put("TF-IDF", new TfIdfExtractor(analysis)::tags);
        extractors.put("YAKE", new YakeExtractor(analysis)::tags);
    }

    /** Prints the table; with {@code development} the tags and the gold tags of that half too. */
    public static void main(String[] arguments) {
        Evaluation evaluation = new Evaluation();
        if (List.of(arguments).contains("development")) {
            System.out.println(evaluation.details());
        }
        System.out.println(evaluation.table());
    }

    /** A snapshot of all words of the texts. */
    static CorpusSnapshot counted(Collection<String> texts, TextAnalysis analysis) {
        CorpusSnapshot.Count count = new CorpusSnapshot.Count(analysis);
        texts.forEach(count::add);
        return count.snapshot(Integer.MAX_VALUE);
    }

    List<EvaluationPost> posts() {
        return posts;
    }

    CorpusSnapshot corpus() {
        return corpus;
    }

    List<String> stems(String tag) {
        return analysis.stems(tag);
    }

    Score score(String extractor, CorpusSnapshot snapshot, Predicate<EvaluationPost> which) {
        double[] sums = new double[4];
        List<EvaluationPost> measured = posts.stream().filter(which).toList();
        for (EvaluationPost post : measured) {
            Score score = score(post, extractors.get(extractor).tags(post.text(), snapshot, TAGS));
            sums[0] += score.precision();
            sums[1] += score.recall();
            sums[2] += score.f1();
            sums[3] += score.partial();
        }
        int n = measured.size();
        return new Score(sums[0] / n, sums[1] / n, sums[2] / n, sums[3] / n);
    }

    private Score score(EvaluationPost post, List<String> tags) {
        Set<List<String>> found = stemSet(tags);
        Set<List<String>> gold = stemSet(post.gold());
        Set<List<String>> right = new HashSet<>(found);
        right.retainAll(gold);
        double precision = ratio(right.size(), found.size());
        double recall = ratio(right.size(), gold.size());
        double partial = harmonic(overlap(found, gold), overlap(gold, found));
        return new Score(precision, recall, harmonic(precision, recall), partial);
    }

    private Set<List<String>> stemSet(List<String> tags) {
        Set<List<String>> stems = new LinkedHashSet<>();
        tags.forEach(tag -> stems.add(analysis.stems(tag)));
        return stems;
    }

    private static double overlap(Set<List<String>> some, Set<List<String>> others) {
        return some.stream()
                .mapToDouble(one -> others.stream()
                        .mapToDouble(other -> jaccard(one, other))
                        .max()
                        .orElse(0))
                .average()
                .orElse(0);
    }

    private static double jaccard(List<String> one, List<String> other) {
        Set<String> common = new HashSet<>(one);
        common.retainAll(other);
        Set<String> all = new HashSet<>(one);
        all.addAll(other);
        return ratio(common.size(), all.size());
    }

    private static double ratio(int part, int whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    private static double harmonic(double one, double other) {
        return one + other == 0 ? 0 : 2 * one * other / (one + other);
    }

    String table() {
        List<String> lines = new ArrayList<>();
        lines.add("%-8s %-9s %-12s %-9s %5s %9s %6s %6s %7s"
                .formatted("tagger", "corpus", "half", "language", "posts", "precision", "recall", "F1@5", "partial"));
        for (String extractor : extractors.keySet()) {
            for (CorpusSnapshot snapshot : List.of(CorpusSnapshot.EMPTY, corpus)) {
                if (extractor.equals("YAKE") && snapshot.documents() > 0) {
                    continue; // it knows no corpus
                }
                for (EvaluationPost.Half half :
                        new EvaluationPost.Half[] {EvaluationPost.Half.DEVELOPMENT, EvaluationPost.Half.HELD_OUT, null
                        }) {
                    for (String language : List.of("ru", "en", "both")) {
                        lines.add(line(extractor, snapshot, half, language));
                    }
                }
            }
        }
        return String.join("\n", lines);
    }

    private String line(String extractor, CorpusSnapshot snapshot, EvaluationPost.Half half, String language) {
        Predicate<EvaluationPost> which = post -> (half == null || post.half() == half)
                && (language.equals("both") || post.language().equals(language));
        Score score = score(extractor, snapshot, which);
        return String.format(
                Locale.ROOT,
                "%-8s %-9s %-12s %-9s %5d %9.3f %6.3f %6.3f %7.3f",
                extractor,
                snapshot.documents() == 0 ? "none" : snapshot.documents() + " posts",
                half == null ? "whole" : half.name().toLowerCase(Locale.ROOT),
                language,
                posts.stream().filter(which).count(),
                score.precision(),
                score.recall(),
                score.f1(),
                score.partial());
    }

    /** What the tagger gives for each post of the development half: {@code +} found, {@code -} missed, {@code !} wrong. */
    private String details() {
        StringBuilder text = new StringBuilder();
        for (EvaluationPost post : posts) {
            if (post.half() == EvaluationPost.Half.DEVELOPMENT) {
                Set<List<String>> gold = stemSet(post.gold());
                List<String> tags = extractors.get("local").tags(post.text(), CorpusSnapshot.EMPTY, TAGS);
                Set<List<String>> found = stemSet(tags);
                text.append(post.id()).append(':');
                tags.forEach(tag ->
                        text.append(gold.contains(stems(tag)) ? "  +" : "  !").append(tag));
                post.gold().stream().filter(tag -> !found.contains(stems(tag))).forEach(tag -> text.append("  -")
                        .append(tag));
                text.append('\n');
            }
        }
        return text.toString();
    }
}
