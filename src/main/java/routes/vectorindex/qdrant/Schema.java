package routes.vectorindex.qdrant;

import static io.qdrant.client.ValueFactory.value;

import io.qdrant.client.QdrantClient;
import io.qdrant.client.grpc.Collections.AliasDescription;
import io.qdrant.client.grpc.Collections.AliasOperations;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Collections.CreateAlias;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.DeleteAlias;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.HnswConfigDiff;
import io.qdrant.client.grpc.Collections.IntegerIndexParams;
import io.qdrant.client.grpc.Collections.KeywordIndexParams;
import io.qdrant.client.grpc.Collections.Modifier;
import io.qdrant.client.grpc.Collections.PayloadIndexParams;
import io.qdrant.client.grpc.Collections.PayloadSchemaType;
import io.qdrant.client.grpc.Collections.SparseVectorConfig;
import io.qdrant.client.grpc.Collections.SparseVectorParams;
import io.qdrant.client.grpc.Collections.UpdateCollection;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Collections.VectorParamsMap;
import io.qdrant.client.grpc.Collections.VectorsConfig;
import io.qdrant.client.grpc.JsonWithInt.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The collections. {@code telegram_posts} is an alias of {@code telegram_posts_1}, so that another generation can be filled next to
 * it and replace it atomically. {@code telegram_words} contains the words of all posts, for typing errors, and the name of the
 * index as metadata.
 */
final class Schema {
    private static final Logger LOG = LoggerFactory.getLogger(Schema.class);
    private static final String POSTS = "telegram_posts";
    private static final String WORDS = "telegram_words";
    /** Alias suffixes of the searched generation and of the generation that is being filled. */
    static final String CURRENT = "";

    static final String NEXT = "_next";
    private static final String IDENTITY = "identity";
    private static final String MODEL = "model";
    private static final String FORMAT = "format";
    /** Incremented with changes of the payload, the vectors or the analysis. An index with another format is rebuilt. */
    private static final String CURRENT_FORMAT = "1";

    private static final Pattern VERSION = Pattern.compile("v?(\\d+)\\.(\\d+)\\..*");
    private static final int MAJOR = 1;
    private static final int MINOR = 16;
    /** Links per node in the graph of each tenant. There is no graph across tenants, because searches are limited to one tenant. */
    private static final int LINKS = 16;

    private final QdrantCalls calls;
    private final String generation;
    private final String prefix;
    /** Dimension of the existing collection; 0 if unknown. */
    private volatile int dimension;

    Schema(QdrantCalls calls, String generation) {
        this.calls = calls;
        this.generation = generation;
        prefix = calls.named(POSTS) + "_";
    }

    String posts() {
        return calls.named(POSTS + generation);
    }

    String words() {
        return calls.named(WORDS);
    }

    /**
     * Returns the dimension of the collection; empty if there is none.
     *
     * @throws QdrantCalls.RefusedException if the server is too old
     */
    Optional<Integer> dimension() {
        if (dimension == 0) {
            checkVersion();
            target().ifPresent(collection -> dimension = size(collection));
        }
        return dimension == 0 ? Optional.empty() : Optional.of(dimension);
    }

    /** Rejects older servers, which ignore the condition of an upsert, so that older content could replace newer content. */
    private void checkVersion() {
        String version = calls.call(QdrantClient::healthCheckAsync).getVersion();
        Matcher parts = VERSION.matcher(version);
        if (parts.matches()) {
            int major = Integer.parseInt(parts.group(1));
            if (major < MAJOR || (major == MAJOR && Integer.parseInt(parts.group(2)) < MINOR)) {
                throw new QdrantCalls.RefusedException(
                        "The vector index %s has version %s; it must be %d.%d or later"
                                .formatted(calls, version, MAJOR, MINOR),
                        null,
                        false);
            }
        }
    }

    /** Returns the collection of the alias. */
    private Optional<String> target() {
        return Optional.ofNullable(targets().get(posts()));
    }

    /** Returns the collections by alias. */
    private Map<String, String> targets() {
        return calls.call(QdrantClient::listAliasesAsync).stream()
                .collect(Collectors.toMap(AliasDescription::getAliasName, AliasDescription::getCollectionName));
    }

    boolean exists() {
        return target().isPresent();
    }

    /** @throws QdrantCalls.NoCollectionException for the next generation, which a write must not create */
    void requireCurrent() {
        if (generation.equals(NEXT)) {
            throw new QdrantCalls.NoCollectionException(
                    "The vector index " + calls + " has no collection " + posts(), null);
        }
    }

    /** Clears cached properties of the collections, because another process has replaced them. */
    void forget() {
        dimension = 0;
    }

    /**
     * Creates the collection of the posts if it is missing. Other processes may do this concurrently; all must choose the same
     * name.
     */
    synchronized void create(int size) {
        if (dimension().isPresent()) {
            return;
        }
        createWords();
        Collection<String> used = targets().values();
        int last = numbers().max().orElse(0);
        boolean isBegun = last > 0 && !used.contains(prefix + last) && isEmpty(prefix + last, size);
        // a collection that is not empty got its alias before its first post, or is a leftover
        if (!isBegun && last > 0 && dimension().isPresent()) {
            return;
        }
        String name = prefix + (isBegun ? last : last + 1);
        unlessPresent(CreateCollection.newBuilder()
                .setCollectionName(name)
                .setVectorsConfig(VectorsConfig.newBuilder()
                        .setParamsMap(VectorParamsMap.newBuilder()
                                .putMap(
                                        Payload.VECTOR,
                                        VectorParams.newBuilder()
                                                .setSize(size)
                                                .setDistance(Distance.Cosine)
                                                .build())))
                .setSparseVectorsConfig(SparseVectorConfig.newBuilder()
                        .putMap(Sparse.WORDS, weighed())
                        .putMap(Sparse.LETTERS, weighed()))
                .setHnswConfig(HnswConfigDiff.newBuilder().setM(0).setPayloadM(LINKS))
                .setOnDiskPayload(true)
                .build());
        // before the first point, because the graph links depend on the payload indexes
        Payload.INDEXES.forEach((field, type) -> index(name, field, type));
        calls.call(client -> client.createAliasAsync(posts(), name));
        LOG.info("Created an empty vector index {}: collection {} with vectors of {} dimensions", calls, name, size);
        dimension();
    }

    private IntStream numbers() {
        return calls.call(QdrantClient::listCollectionsAsync).stream()
                .filter(name -> name.startsWith(prefix)
                        && name.substring(prefix.length()).matches("\\d{1,8}"))
                .mapToInt(name -> Integer.parseInt(name.substring(prefix.length())));
    }

    private boolean isEmpty(String collection, int size) {
        try {
            return size(collection) == size && calls.call(client -> client.countAsync(collection)) == 0;
        } catch (QdrantCalls.NoCollectionException e) {
            return false;
        }
    }

    private int size(String collection) {
        return Math.toIntExact(calls.call(client -> client.getCollectionInfoAsync(collection))
                .getConfig()
                .getParams()
                .getVectorsConfig()
                .getParamsMap()
                .getMapOrThrow(Payload.VECTOR)
                .getSize());
    }

    private static SparseVectorParams weighed() {
        return SparseVectorParams.newBuilder().setModifier(Modifier.Idf).build();
    }

    private void createWords() {
        boolean isNew = unlessPresent(CreateCollection.newBuilder()
                .setCollectionName(words())
                .setSparseVectorsConfig(
                        SparseVectorConfig.newBuilder().putMap(Sparse.LETTERS, SparseVectorParams.getDefaultInstance()))
                .putMetadata(FORMAT, value(CURRENT_FORMAT))
                .build());
        if (isNew) {
            index(words(), Payload.TENANT, PayloadSchemaType.Keyword);
        }
    }

    private boolean unlessPresent(CreateCollection collection) {
        try {
            calls.call(client -> client.createCollectionAsync(collection));
            return true;
        } catch (QdrantCalls.RefusedException e) {
            if (e.isConflict()) {
                return false;
            }
            throw e;
        }
    }

    private void index(String collection, String field, PayloadSchemaType type) {
        PayloadIndexParams.Builder parameters = PayloadIndexParams.newBuilder();
        if (field.equals(Payload.TENANT)) {
            parameters.setKeywordIndexParams(KeywordIndexParams.newBuilder().setIsTenant(true));
        } else if (type == PayloadSchemaType.Integer) {
            boolean isNumber = field.equals(Payload.REVISION);
            // the word hashes are only looked up by value, and there are many
            parameters.setIntegerIndexParams(IntegerIndexParams.newBuilder()
                    .setLookup(!isNumber)
                    .setRange(isNumber)
                    .setOnDisk(!isNumber));
        }
        PayloadIndexParams given =
                parameters.hasKeywordIndexParams() || parameters.hasIntegerIndexParams() ? parameters.build() : null;
        calls.call(
                client -> client.createPayloadIndexAsync(collection, field, type, given, true, null, (Duration) null));
    }

    /**
     * Moves the current alias, name and model to the collection of this generation. Only the change of the aliases is atomic, so
     * the name is written first: a repetition after a crash finds the alias of this generation and completes the switch.
     */
    void promote() {
        Optional<String> collection = target();
        if (collection.isEmpty()) {
            return;
        }
        var metadata = metadata();
        calls.call(client -> client.updateCollectionAsync(UpdateCollection.newBuilder()
                .setCollectionName(words())
                .putMetadata(IDENTITY, metadata.getOrDefault(IDENTITY + NEXT, value("")))
                .putMetadata(MODEL, metadata.getOrDefault(MODEL + NEXT, value("")))
                .build()));
        String current = calls.named(POSTS);
        List<AliasOperations> changes = new ArrayList<>();
        if (targets().containsKey(current)) {
            changes.add(deletion(current));
        }
        changes.add(AliasOperations.newBuilder()
                .setCreateAlias(CreateAlias.newBuilder().setAliasName(current).setCollectionName(collection.get()))
                .build());
        changes.add(deletion(posts()));
        calls.call(client -> client.updateAliasesAsync(changes));
        LOG.info("The vector index {} now uses the collection {}", calls, collection.get());
        describe(MODEL, "");
        describe(IDENTITY, "");
        dropUnused();
    }

    private static AliasOperations deletion(String alias) {
        return AliasOperations.newBuilder()
                .setDeleteAlias(DeleteAlias.newBuilder().setAliasName(alias))
                .build();
    }

    /** Deletes collections of posts without an alias. A process that has just created such a collection creates it again. */
    private void dropUnused() {
        Collection<String> used = targets().values();
        numbers()
                .mapToObj(number -> prefix + number)
                .filter(name -> !used.contains(name))
                .forEach(name -> calls.call(client -> client.deleteCollectionAsync(name)));
    }

    /** Deletes the posts and, for the current generation, their words. The name is kept. */
    void drop() {
        forget();
        Optional<String> collection = target();
        if (collection.isPresent()) {
            calls.call(client -> client.deleteAliasAsync(posts()));
            calls.call(client -> client.deleteCollectionAsync(collection.get()));
        }
        if (generation.equals(NEXT)) {
            if (identity().or(this::model).isPresent()) {
                describe(MODEL, "");
                describe(IDENTITY, "");
            }
            return;
        }
        Optional<String> identity = identity();
        try {
            calls.call(client -> client.deleteCollectionAsync(words()));
        } catch (QdrantCalls.NoCollectionException e) {
            LOG.debug("There are no words to delete", e);
        }
        identity.ifPresent(this::identify);
    }

    /** Changes the vector dimension of an empty collection. */
    void resize(int size) {
        Optional<String> identity = identity();
        drop();
        if (generation.equals(NEXT)) {
            create(size);
            identity.ifPresent(this::identify);
        }
    }

    private Map<String, Value> metadata() {
        try {
            CollectionInfo info = calls.call(client -> client.getCollectionInfoAsync(words()));
            return info.getConfig().getMetadataMap();
        } catch (QdrantCalls.NoCollectionException e) {
            return Map.of();
        }
    }

    /** Returns the name of the index; empty for an index of another format. */
    Optional<String> identity() {
        return described(IDENTITY);
    }

    /** Returns the model of the vectors; empty if unknown. */
    Optional<String> model() {
        return described(MODEL);
    }

    private Optional<String> described(String key) {
        var metadata = metadata();
        return isCurrent(metadata) && metadata.containsKey(key + generation)
                ? Optional.of(metadata.get(key + generation).getStringValue()).filter(text -> !text.isEmpty())
                : Optional.empty();
    }

    /** Stores the model of the vectors. */
    void describe(String model) {
        describe(MODEL, model);
    }

    private void describe(String key, String text) {
        createWords();
        calls.call(client -> client.updateCollectionAsync(UpdateCollection.newBuilder()
                .setCollectionName(words())
                .putMetadata(key + generation, value(text))
                .build()));
    }

    private static boolean isCurrent(Map<String, Value> metadata) {
        return metadata.containsKey(FORMAT)
                && metadata.get(FORMAT).getStringValue().equals(CURRENT_FORMAT);
    }

    /** Sets the name, and empties an index of another format. */
    void identify(String identity) {
        var metadata = metadata();
        if (!metadata.isEmpty() && !isCurrent(metadata)) {
            LOG.warn(
                    "The vector index {} was created by another version of the program; it is deleted and rebuilt",
                    calls);
            drop();
        }
        describe(IDENTITY, identity);
    }
}
