package routes.search;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.QueryBuilder;
import org.tartarus.snowball.ext.EnglishStemmer;
import org.tartarus.snowball.ext.RussianStemmer;
import routes.embeddings.EmbeddingProvider;
import routes.embeddings.LocalEmbeddings;
import routes.graph.NoGraph;
import routes.search.HybridSearch.PostQuery;
import routes.search.QueryLanguage.Understood;
import routes.text.SearchWords;
import routes.text.TextAnalysis;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;

/** Posts and questions of the evaluation, and how well the search answers them. */
final class SearchEvaluation implements AutoCloseable {
    private static final Instant DAY = Instant.parse("2026-01-01T00:00:00Z");
    private static final List<String> TYPED = List.of("queries", "forms", "signs", "more");
    private static final int DEPTH = 10;
    /** Share of the words of a question that get a typing error. */
    private static final double ERRORS = 0.3;

    /** A question and the number of the post that answers it. */
    record Question(String kind, String text, int post) {}

    /** Texts and questions about them. */
    record TestSet(String name, List<String> texts, List<Question> questions) {}

    /** @param ndcg nDCG@10 with one relevant post per question */
    record Score(int questions, double recallAt5, double ndcg, double mrr, double found) {}

    private final Map<String, TestSet> sets = new LinkedHashMap<>();
    /** Each question is asked once. */
    private final Map<String, Map<Question, Integer>> ranks = new HashMap<>();

    private final VectorIndex index;
    private final EmbeddingProvider embeddings;
    private final HybridSearch search;

    /** @param most of the questions of a set that are asked */
    SearchEvaluation(VectorIndex index, int most) throws IOException {
        this(index, most, new LocalEmbeddings(new TextAnalysis(new SearchWords())));
    }

    SearchEvaluation(VectorIndex index, int most, EmbeddingProvider embeddings) throws IOException {
        this.index = index;
        this.embeddings = embeddings;
        index.expect(embeddings.model(), embeddings.dimension());
        search = new HybridSearch(index, embeddings, new NoGraph(), new SearchWords());
        for (String name : TYPED) {
            add(typed(name));
        }
        add(demo());
        TestSet all = xquad();
        TestSet questions = new TestSet(
                all.name(), all.texts(), all.questions().stream().limit(most).toList());
        add(questions);
        sets.put(
                "xquad-ru, typing errors",
                new TestSet(questions.name(), questions.texts(), withErrors(questions.questions())));
    }

    private void add(TestSet set) {
        sets.put(set.name(), set);
        // the search does not use those of "local"
        List<float[]> vectors = embeddings.searchWeight() == 0 ? List.of() : embeddings.embed(set.texts());
        index.upsertAll(IntStream.range(0, set.texts().size())
                .mapToObj(i -> {
                    PostPayload payload = new PostPayload(
                            new UUID(tenant(set.name()).getMostSignificantBits(), i),
                            tenant(set.name()),
                            channel(set.name()),
                            i,
                            List.of(),
                            DAY,
                            null,
                            null,
                            "",
                            false,
                            null,
                            false,
                            Set.of());
                    float[] vector = vectors.isEmpty() ? new float[0] : vectors.get(i);
                    return new IndexedPoint(payload, vector, set.texts().get(i), 1, "");
                })
                .toList());
    }

    /** Sets do not see each other. */
    private static UUID tenant(String set) {
        return UUID.nameUUIDFromBytes(set.getBytes(StandardCharsets.UTF_8));
    }

    private static UUID channel(String set) {
        return tenant(set);
    }

    private record Typed(String text, Map<String, List<String>> queries) {}

    private static TestSet typed(String name) throws IOException {
        try (InputStream file = resource(name + ".yml")) {
            List<Typed> posts =
                    new ObjectMapper(new YAMLFactory()).readValue(file, new TypeReference<List<Typed>>() {});
            List<Question> questions = new ArrayList<>();
            for (int i = 0; i < posts.size(); i++) {
                int post = i;
                posts.get(i)
                        .queries()
                        .forEach((kind, texts) -> texts.forEach(text -> questions.add(new Question(kind, text, post))));
            }
            return new TestSet(name, posts.stream().map(Typed::text).toList(), questions);
        }
    }

    private record Message(long id, JsonNode text) {
        /** Telegram writes formatted texts as a list of parts. */
        String plain() {
            return text.isTextual()
                    ? text.asText()
                    : text.valueStream()
                            .map(part -> part.isTextual()
                                    ? part.asText()
                                    : part.path("text").asText())
                            .collect(Collectors.joining());
        }
    }

    private record About(long message, Map<String, List<String>> queries) {}

    private static TestSet demo() throws IOException {
        try (InputStream export =
                        Objects.requireNonNull(SearchEvaluation.class.getResourceAsStream("/demo/result.json"));
                InputStream file = resource("demo.yml")) {
            List<Message> messages = new ObjectMapper()
                    .readTree(export)
                    .path("messages")
                    .valueStream()
                    .map(message -> new Message(message.path("id").asLong(), message.path("text")))
                    .filter(message -> !message.plain().isBlank())
                    .toList();
            List<Long> ids = messages.stream().map(Message::id).toList();
            List<Question> questions = new ArrayList<>();
            for (About about :
                    new ObjectMapper(new YAMLFactory()).readValue(file, new TypeReference<List<About>>() {})) {
                about.queries()
                        .forEach((kind, texts) -> texts.forEach(
                                text -> questions.add(new Question(kind, text, ids.indexOf(about.message())))));
            }
            return new TestSet("demo", messages.stream().map(Message::plain).toList(), questions);
        }
    }

    private static TestSet xquad() throws IOException {
        List<String> texts = new ArrayList<>();
        List<Question> questions = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(resource("xquad-ru.tsv.gz")), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("P")) {
                    texts.add(line.substring(2));
                } else {
                    questions.add(new Question("question", line.substring(2), texts.size() - 1));
                }
            }
        }
        return new TestSet("xquad-ru", texts, questions);
    }

    /** In three of ten words, a letter is swapped with the next one, dropped or replaced. The same in every run. */
    private static List<Question> withErrors(List<Question> questions) {
        Random random = new Random(7);
        return questions.stream()
                .map(question -> new Question(
                        "typing errors",
                        Arrays.stream(question.text().split(" "))
                                .map(word -> word.length() > 3 && random.nextDouble() < ERRORS
                                        ? misspelt(word, random)
                                        : word)
                                .collect(Collectors.joining(" ")),
                        question.post()))
                .toList();
    }

    private static String misspelt(String word, Random random) {
        int i = 1 + random.nextInt(word.length() - 2);
        return switch (random.nextInt(3)) {
            case 0 -> word.substring(0, i) + word.charAt(i + 1) + word.charAt(i) + word.substring(i + 2);
            case 1 -> word.substring(0, i) + word.substring(i + 1);
            default -> word.substring(0, i) + (char) ('а' + random.nextInt(32)) + word.substring(i + 1);
        };
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(SearchEvaluation.class.getResourceAsStream("/search/" + name), name);
    }

    /** Texts and questions, each question with the text that answers it. */
    static Map<String, String> answers() throws IOException {
        Map<String, String> answers = new HashMap<>();
        TestSet paragraphs = xquad();
        List<TestSet> all = new ArrayList<>(List.of(
                demo(),
                paragraphs,
                new TestSet(paragraphs.name(), paragraphs.texts(), withErrors(paragraphs.questions()))));
        for (String name : TYPED) {
            all.add(typed(name));
        }
        all.forEach(set -> set.questions()
                .forEach(question -> answers.put(question.text(), set.texts().get(question.post()))));
        return answers;
    }

    List<String> sets() {
        return List.copyOf(sets.keySet());
    }

    List<String> kinds(String set) {
        return sets.get(set).questions().stream()
                .map(Question::kind)
                .distinct()
                .sorted()
                .toList();
    }

    /** The place of the expected post among the first ten hits, from 0; -1 if it is not there. */
    private int rank(TestSet set, Question question) {
        return ranks.computeIfAbsent(set.name(), name -> new HashMap<>())
                .computeIfAbsent(question, asked -> search(set, question));
    }

    private int search(TestSet set, Question question) {
        return search
                .search(new PostQuery(
                        tenant(set.name()),
                        Set.of(channel(set.name())),
                        Understood.words(question.text()),
                        false,
                        PostQuery.Order.RELEVANCE,
                        0,
                        DEPTH))
                .hits()
                .stream()
                .map(hit -> (int) hit.payload().postNumber())
                .toList()
                .indexOf(question.post());
    }

    /** @param kind null for all */
    Score score(String name, String kind) {
        TestSet set = sets.get(name);
        return score(set.questions().stream()
                .filter(question -> kind == null || question.kind().equals(kind))
                .map(question -> rank(set, question))
                .toList());
    }

    /** The same questions for plain BM25 over Snowball stems, without stop words. */
    Score stemsAlone(String name) throws IOException {
        TestSet set = sets.get(name);
        try (Directory memory = new ByteBuffersDirectory();
                Analyzer stems = new Stems()) {
            try (IndexWriter writer = new IndexWriter(memory, new IndexWriterConfig(stems))) {
                for (String text : set.texts()) {
                    Document post = new Document();
                    post.add(new TextField("text", text, Field.Store.NO));
                    writer.addDocument(post);
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(memory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                List<Integer> ranks = new ArrayList<>();
                for (Question question : set.questions()) {
                    Query words = new QueryBuilder(stems).createBooleanQuery("text", question.text());
                    List<Integer> hits = words == null
                            ? List.of()
                            : Arrays.stream(searcher.search(words, DEPTH).scoreDocs)
                                    .map(hit -> hit.doc)
                                    .toList();
                    ranks.add(hits.indexOf(question.post()));
                }
                return score(ranks);
            }
        }
    }

    /** What any search of Lucene would do with posts in two languages. */
    private static final class Stems extends Analyzer {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            StandardTokenizer source = new StandardTokenizer();
            TokenStream words = new LowerCaseFilter(source);
            words = new StopFilter(words, RussianAnalyzer.getDefaultStopSet());
            words = new StopFilter(words, EnglishAnalyzer.getDefaultStopSet());
            words = new SnowballFilter(words, new RussianStemmer());
            words = new SnowballFilter(words, new EnglishStemmer());
            return new TokenStreamComponents(source, words);
        }
    }

    private static Score score(List<Integer> ranks) {
        double count = ranks.size();
        return new Score(
                ranks.size(),
                ranks.stream().filter(rank -> rank >= 0 && rank < 5).count() / count,
                ranks.stream()
                                .mapToDouble(rank -> rank < 0 ? 0 : Math.log(2) / Math.log(rank + 2))
                                .sum()
                        / count,
                ranks.stream()
                                .mapToDouble(rank -> rank < 0 ? 0 : 1.0 / (rank + 1))
                                .sum()
                        / count,
                ranks.stream().filter(rank -> rank >= 0).count() / count);
    }

    /** Questions whose post is not among the first ten hits. */
    List<String> missed(String name) {
        TestSet set = sets.get(name);
        return set.questions().stream()
                .filter(question -> rank(set, question) < 0)
                .map(question -> question.kind() + " \"" + question.text() + "\" of: "
                        + set.texts().get(question.post()))
                .toList();
    }

    /** The scores of all sets and kinds as a table, also in a file. */
    String scorecard(Path file) throws IOException {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%-26s %-14s %9s %9s %8s %6s %6s%n",
                "set",
                "kind",
                "questions",
                "recall@5",
                "nDCG@10",
                "MRR",
                "found"));
        for (String set : sets()) {
            List<String> kinds = kinds(set);
            if (kinds.size() > 1) {
                kinds.forEach(kind -> table.append(row(set, kind, score(set, kind))));
            }
            table.append(row(set, "all", score(set, null)));
            table.append(row(set, "(stems alone)", stemsAlone(set)));
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, table);
        return table.toString();
    }

    private static String row(String set, String kind, Score score) {
        return String.format(
                Locale.ROOT,
                "%-26s %-14s %9d %9.3f %8.4f %6.3f %6.3f%n",
                set,
                kind,
                score.questions(),
                score.recallAt5(),
                score.ndcg(),
                score.mrr(),
                score.found());
    }

    @Override
    public void close() {
        index.close();
    }
}
