package routes.vectorindex.lucene;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexWriterConfig.OpenMode;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.LRUQueryCache;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryCache;
import org.apache.lucene.search.QueryRescorer;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.IOConsumer;
import org.apache.lucene.util.IOFunction;
import org.apache.lucene.util.IOSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.text.SearchWords;
import routes.vectorindex.Accepted;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexException;

/**
 * The vector index in a local folder: vectors ({@link PointVectors}) and BM25 for words. Only one process at a time can open it.
 *
 * <p>Many threads can write concurrently; they share commits ({@link IndexWriting}). Readers see only committed data, so the state
 * that {@link #find} returns survives a crash.
 */
public final class LuceneVectorIndex implements VectorIndex {
    /** Maximum number of candidates in an HNSW search. It must exceed a page of hits for good recall. */
    private static final int MIN_NEIGHBOURS = 100;

    private static final long COMMIT_TIMEOUT_SECONDS = 60;

    /** Keys in the user data of every commit. */
    private static final String IDENTITY = "identity";

    private static final String FORMAT = "format";
    private static final String MODEL = "model";

    /** Incremented with changes of {@link PointDocument} fields or of the analysis. An index with another format is rebuilt. */
    private static final String CURRENT_FORMAT = "3";

    private static final Map<String, String> COMMIT_DATA = Map.of(FORMAT, CURRENT_FORMAT);

    /** Number of hits that are re-ranked; more than readers look at. */
    private static final int REFINED = 60;

    /** Number of posts in the sample of letter sequences. Taking the sample takes about 10 ms. */
    private static final int SAMPLE = 2_000;
    /** The sample is taken again when the number of posts has changed by this factor; in a small index, with every commit. */
    private static final double SAMPLED_AGAIN = 1.2;

    private static final Logger LOG = LoggerFactory.getLogger(LuceneVectorIndex.class);

    private final String name;
    private final Directory directory;
    private final SearchWords analysis = new SearchWords();
    private final PointQueries queries = new PointQueries(analysis);
    /** Keys of the posts that are being written, so that the comparison of revisions and the write of one post do not interleave. */
    private final Set<String> busy = new HashSet<>();

    /** Searches by the same readers use the same channel filters. Lucene's own cache skips segments below 10 000 posts. */
    private final QueryCache filters = new LRUQueryCache(1_000, 32 << 20, segment -> true, 10);

    private final TermCache terms = new TermCache();
    private volatile Letters.Sample sample = new Letters.Sample();
    /** Number of posts when the sample was taken. Used by only one thread. */
    private int sampledOf;

    private final IndexWriting writing;
    private final SearcherManager searchers;
    private volatile boolean isOtherModel;

    /** Opens with default settings and with graphs. */
    public static LuceneVectorIndex open(Path folder) {
        return open(folder, IndexProperties.DEFAULTS, new PointVectors());
    }

    /**
     * Opens the index in the folder, and creates the folder if it is missing. A damaged index is moved aside and replaced by a new
     * one, which can be rebuilt from the database.
     *
     * @param vectors format of the vectors
     * @throws VectorIndexException if another process uses the folder, or if it cannot be read or written
     */
    public static LuceneVectorIndex open(Path folder, IndexProperties properties, KnnVectorsFormat vectors) {
        Path absolute = folder.toAbsolutePath();
        boolean outdated = false;
        try {
            try (Directory directory = FSDirectory.open(folder);
                    Lock alone = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
                alone.ensureValid();
                verify(directory);
                outdated = DirectoryReader.indexExists(directory)
                        && !CURRENT_FORMAT.equals(SegmentInfos.readLatestCommit(directory)
                                .getUserData()
                                .get(FORMAT));
            } catch (CorruptIndexException
                    | IndexFormatTooOldException
                    | IndexFormatTooNewException
                    | EOFException
                    | FileNotFoundException
                    | NoSuchFileException
                    | IllegalArgumentException damage) {
                Path aside = absolute.resolveSibling(absolute.getFileName() + ".damaged-"
                        + DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS")
                                .withZone(ZoneOffset.UTC)
                                .format(Instant.now()));
                Files.move(absolute, aside);
                LOG.warn(
                        "The vector index in {} is corrupt ({}). It was moved to {}, which can be deleted; a new"
                                + " index is built from the database",
                        absolute,
                        String.valueOf(damage.getMessage()).replaceAll("(?s) ?\\(resource.*", ""),
                        aside);
            }
            if (outdated) {
                LOG.info(
                        "The vector index in {} has the format of another version; it is deleted and rebuilt",
                        absolute);
                empty(folder);
            }
            return new LuceneVectorIndex(FSDirectory.open(folder), absolute.toString(), properties, vectors);
        } catch (LockObtainFailedException e) {
            throw new VectorIndexException(
                    "The vector index in " + absolute
                            + " is in use by another process. Stop that process, or use another DATA_DIR for this one.",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new VectorIndexException(
                    "The vector index in " + absolute + " cannot be opened: " + e.getMessage()
                            + ". Check the permissions and the free disk space of the folder.",
                    e);
        }
    }

    /** Creates an index without posts and without a name. */
    private static void empty(Path folder) throws IOException {
        try (Directory directory = FSDirectory.open(folder);
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig().setOpenMode(OpenMode.CREATE))) {
            writer.setLiveCommitData(COMMIT_DATA.entrySet());
            writer.commit();
        }
    }

    /** Reads every file once and verifies the checksums, because an undetected fault would fail a later search or merge. */
    private static void verify(Directory directory) throws IOException {
        if (DirectoryReader.indexExists(directory)) {
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                for (LeafReaderContext leaf : reader.leaves()) {
                    leaf.reader().checkIntegrity();
                }
            }
        }
    }

    LuceneVectorIndex(Directory directory, String name, IndexProperties properties, KnnVectorsFormat vectors)
            throws IOException {
        this.directory = directory;
        this.name = name;
        this.writing = new IndexWriting(directory, COMMIT_DATA, properties, vectors, this::refresh);
        this.searchers = new SearcherManager(directory, new SearcherFactory() {
            @Override
            public IndexSearcher newSearcher(IndexReader reader, IndexReader previous) {
                IndexSearcher searcher = new IndexSearcher(reader);
                searcher.setQueryCache(filters);
                return searcher;
            }
        });
        search(searcher -> {
            takeSample(searcher);
            return null;
        });
    }

    @Override
    public List<WriteResult> upsertAll(List<IndexedPoint> points) {
        return write(points, false, Map::values);
    }

    /** Lucene cannot change a document in place. Vector and text are read back and written with the new payload. */
    @Override
    public List<WriteResult> updatePayloads(List<PayloadUpdate> updates) {
        return write(updates, true, newest -> search(searcher -> PointDocument.updated(searcher, newest)));
    }

    /**
     * @param sameText whether the stored point must have been made from the same text
     * @param points returns the points to store for the accepted writes, the last one of each post
     */
    private <T extends PostWrite> List<WriteResult> write(
            List<T> writes, boolean sameText, Function<Map<String, T>, Collection<IndexedPoint>> points) {
        Set<String> keys =
                writes.stream().map(write -> PointDocument.key(write.payload())).collect(Collectors.toSet());
        return exclusively(keys, () -> {
            Map<String, StoredPoint> known = search(searcher -> PointDocument.states(searcher, keys));
            Accepted<String, T> accepted =
                    Accepted.of(writes, write -> PointDocument.key(write.payload()), known, sameText);
            Map<String, T> newest = accepted.newest();
            if (!newest.isEmpty()) {
                await(points.apply(newest).stream()
                        .map(point -> {
                            Document document = PointDocument.of(point, analysis);
                            Term key = new Term(PointDocument.KEY, PointDocument.key(point.payload()));
                            return writing.submit(writer -> writer.updateDocument(key, document));
                        })
                        .toArray(CompletableFuture[]::new));
            }
            return accepted.results();
        });
    }

    @Override
    public void delete(UUID tenantId, Collection<UUID> postIds) {
        Set<String> keys = postIds.stream()
                .map(postId -> PointDocument.key(tenantId, postId))
                .collect(Collectors.toSet());
        Query posts = PointQueries.anyOf(PointDocument.KEY, keys, key -> key);
        change(keys, writer -> writer.deleteDocuments(posts));
    }

    @Override
    public Map<UUID, StoredPoint> find(UUID tenantId, Collection<UUID> postIds) {
        return byId(tenantId, postIds, PointDocument::states);
    }

    @Override
    public Map<UUID, IndexedPost> read(UUID tenantId, Collection<UUID> postIds) {
        return byId(tenantId, postIds, PointDocument::posts);
    }

    private interface Lookup<T> {
        Map<String, T> in(IndexSearcher searcher, Collection<String> keys) throws IOException;
    }

    private <T> Map<UUID, T> byId(UUID tenantId, Collection<UUID> postIds, Lookup<T> lookup) {
        Map<String, UUID> ids = new HashMap<>();
        postIds.forEach(postId -> ids.put(PointDocument.key(tenantId, postId), postId));
        Map<UUID, T> found = new HashMap<>();
        search(searcher -> lookup.in(searcher, ids.keySet())).forEach((key, value) -> found.put(ids.get(key), value));
        return found;
    }

    @Override
    public List<SearchHit> vectorSearch(SearchQuery query) {
        return VectorIndex.unitVector(query.vector())
                .filter(vector -> !isOtherModel)
                .map(vector -> {
                    int neighbours = Math.max(query.limit(), MIN_NEIGHBOURS);
                    Query nearest =
                            new KnnFloatVectorQuery(PointDocument.VECTOR, vector, neighbours, queries.limits(query));
                    // Lucene's score of a dot product is (1 + cosine) / 2
                    return hits(nearest, query.limit(), score -> 2 * score - 1);
                })
                .orElse(List.of());
    }

    @Override
    public TextMatches match(SearchQuery query) {
        if (query.text() == null || query.text().isBlank()) {
            return new TextMatches(List.of(), Map.of());
        }
        return search(searcher -> {
            TextQuery words = new TextQuery(searcher, terms, analysis, query);
            TopDocs best = searcher.search(queries.within(query, words.matching()), query.limit());
            ScoreDoc[] refined = QueryRescorer.rescore(searcher, head(best), words.refining(), 1, REFINED).scoreDocs;
            Letters letters = words.letters(sample);
            for (ScoreDoc found : refined) {
                found.score += (float) letters.score(PointDocument.letters(searcher, found.doc));
            }
            Arrays.sort(refined, Comparator.comparingDouble((ScoreDoc found) -> -found.score));
            // scores of hits after the refined ones are lower than the refined ones were before
            List<SearchHit> hits = new ArrayList<>();
            for (int i = 0; i < best.scoreDocs.length; i++) {
                ScoreDoc found = i < REFINED ? refined[i] : best.scoreDocs[i];
                hits.add(PointDocument.hit(searcher, found.doc, found.score));
            }
            return new TextMatches(hits, words.replaced());
        });
    }

    private static TopDocs head(TopDocs best) {
        return new TopDocs(best.totalHits, Arrays.copyOf(best.scoreDocs, Math.min(best.scoreDocs.length, REFINED)));
    }

    @Override
    public List<SearchHit> newest(SearchQuery query) {
        Sort newestFirst = new Sort(new SortField(PointDocument.POSTED_AT, SortField.Type.LONG, true));
        return search(searcher -> {
            List<SearchHit> hits = new ArrayList<>();
            for (ScoreDoc found : searcher.search(queries.limits(query), query.limit(), newestFirst).scoreDocs) {
                hits.add(PointDocument.hit(searcher, found.doc, 0));
            }
            return hits;
        });
    }

    @Override
    public Facets facets(SearchQuery query, int most) {
        return search(searcher -> {
            Query posts = query.text() == null || query.text().isBlank()
                    ? queries.limits(query)
                    : queries.within(query, new TextQuery(searcher, terms, analysis, query).matching());
            FacetCounts counts = new FacetCounts();
            searcher.search(posts, counts);
            return counts.result(most);
        });
    }

    @Override
    public List<SearchHit> similar(SearchQuery within, UUID postId) {
        IndexedPost post = read(within.tenantId(), List.of(postId)).get(postId);
        if (post == null) {
            return List.of();
        }
        return search(searcher -> {
            Query itself = new TermQuery(new Term(PointDocument.KEY, PointDocument.key(within.tenantId(), postId)));
            Query posts = new BooleanQuery.Builder()
                    .add(TextQuery.characteristic(searcher, analysis, post.text()), BooleanClause.Occur.MUST)
                    .add(queries.limits(within), BooleanClause.Occur.FILTER)
                    .add(itself, BooleanClause.Occur.MUST_NOT)
                    .build();
            List<SearchHit> hits = new ArrayList<>();
            for (ScoreDoc found : searcher.search(posts, within.limit()).scoreDocs) {
                hits.add(PointDocument.hit(searcher, found.doc, found.score));
            }
            return hits;
        });
    }

    @Override
    public List<SearchHit> fetch(SearchQuery within, Collection<UUID> postIds) {
        Query posts =
                PointQueries.anyOf(PointDocument.KEY, postIds, postId -> PointDocument.key(within.tenantId(), postId));
        return postIds.isEmpty() ? List.of() : hits(queries.within(within, posts), postIds.size(), score -> 0.0);
    }

    @Override
    public long count() {
        return search(searcher -> (long) searcher.getIndexReader().numDocs());
    }

    @Override
    public Optional<String> identity() {
        return Optional.ofNullable(commitData().get(IDENTITY));
    }

    @Override
    public void identify(String identity) {
        describe(IDENTITY, identity);
    }

    private Map<String, String> commitData() {
        return search(searcher ->
                ((DirectoryReader) searcher.getIndexReader()).getIndexCommit().getUserData());
    }

    private void describe(String key, String value) {
        change(Set.of(), writer -> {
            Map<String, String> data = new HashMap<>(commitData());
            data.putAll(COMMIT_DATA);
            data.put(key, value);
            writer.setLiveCommitData(data.entrySet());
        });
    }

    /** If the index of an earlier version does not contain the name of the model, the dimension decides. */
    @Override
    public Optional<String> expect(String model, int dimension) {
        FieldInfo vectors = search(searcher ->
                FieldInfos.getMergedFieldInfos(searcher.getIndexReader()).fieldInfo(PointDocument.VECTOR));
        String stored = commitData().get(MODEL);
        Optional<String> problem = Optional.empty();
        if (vectors != null && vectors.getVectorDimension() != dimension) {
            problem = Optional.of(VectorIndexException.otherVectors(
                    "in " + name, vectors.getVectorDimension() + " dimensions", dimension + " dimensions"));
        } else if (vectors != null && stored != null && !stored.equals(model)) {
            problem = Optional.of(VectorIndexException.otherVectors("in " + name, stored, model));
        } else if (!model.equals(stored)) {
            describe(MODEL, model);
        }
        isOtherModel = problem.isPresent();
        return problem;
    }

    @Override
    public void clear() {
        change(Set.of(), IndexWriter::deleteAll);
    }

    @Override
    public void close() {
        try {
            writing.close();
            searchers.close();
            directory.close();
        } catch (IOException e) {
            throw failed("closed", e);
        }
    }

    private List<SearchHit> hits(Query query, int limit, DoubleUnaryOperator scoring) {
        return search(searcher -> {
            List<SearchHit> hits = new ArrayList<>();
            for (ScoreDoc found : searcher.search(query, limit).scoreDocs) {
                hits.add(PointDocument.hit(searcher, found.doc, scoring.applyAsDouble(found.score)));
            }
            return hits;
        });
    }

    private void change(Set<String> keys, IOConsumer<IndexWriter> change) {
        exclusively(keys, () -> {
            await(writing.submit(change));
            return null;
        });
    }

    private static void await(CompletableFuture<?>... commits) throws IOException {
        try {
            CompletableFuture.allOf(commits).get(COMMIT_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new IOException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no commit within " + COMMIT_TIMEOUT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void refresh() throws IOException {
        searchers.maybeRefreshBlocking();
        search(searcher -> {
            int posts = searcher.getIndexReader().maxDoc();
            if (posts <= SAMPLE || posts > sampledOf * SAMPLED_AGAIN || posts < sampledOf / SAMPLED_AGAIN) {
                takeSample(searcher);
            }
            return null;
        });
    }

    private void takeSample(IndexSearcher searcher) throws IOException {
        sample = PointDocument.sample(searcher, SAMPLE);
        sampledOf = searcher.getIndexReader().maxDoc();
    }

    private <T> T search(IOFunction<IndexSearcher, T> search) {
        try {
            IndexSearcher searcher = searchers.acquire();
            try {
                return search.apply(searcher);
            } finally {
                searchers.release(searcher);
            }
        } catch (IOException | UncheckedIOException | AlreadyClosedException e) {
            throw failed("searched", e);
        }
    }

    /** Runs the work while no other thread writes these posts. */
    private <T> T exclusively(Set<String> keys, IOSupplier<T> work) {
        try {
            take(keys);
            try {
                return work.get();
            } finally {
                release(keys);
            }
        } catch (IOException | UncheckedIOException | AlreadyClosedException e) {
            throw failed("written", e);
        }
    }

    /** Waits until none of the posts is being written, then reserves all of them at once, so that two batches cannot deadlock. */
    private void take(Set<String> keys) throws IOException {
        synchronized (busy) {
            while (!Collections.disjoint(busy, keys)) {
                try {
                    busy.wait();
                } catch (InterruptedException e) {
                    throw interrupted(e);
                }
            }
            busy.addAll(keys);
        }
    }

    private void release(Set<String> keys) {
        synchronized (busy) {
            busy.removeAll(keys);
            busy.notifyAll();
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("the thread was interrupted", e);
    }

    private VectorIndexException failed(String what, Exception cause) {
        return new VectorIndexException(
                "The vector index in " + name + " could not be " + what + ": " + cause.getMessage(), cause);
    }
}
