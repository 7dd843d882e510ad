package routes.testing.qdrant;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Collections.AliasDescription;
import io.qdrant.client.grpc.Collections.AliasOperations;
import io.qdrant.client.grpc.Collections.ChangeAliases;
import io.qdrant.client.grpc.Collections.CollectionConfig;
import io.qdrant.client.grpc.Collections.CollectionDescription;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Collections.CollectionOperationResponse;
import io.qdrant.client.grpc.Collections.CollectionParams;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.DeleteCollection;
import io.qdrant.client.grpc.Collections.GetCollectionInfoRequest;
import io.qdrant.client.grpc.Collections.GetCollectionInfoResponse;
import io.qdrant.client.grpc.Collections.ListAliasesRequest;
import io.qdrant.client.grpc.Collections.ListAliasesResponse;
import io.qdrant.client.grpc.Collections.ListCollectionsRequest;
import io.qdrant.client.grpc.Collections.ListCollectionsResponse;
import io.qdrant.client.grpc.Collections.UpdateCollection;
import io.qdrant.client.grpc.CollectionsGrpc;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Collections and aliases. One lock for everything: a call sees either all or nothing of another one. */
public final class CollectionService extends CollectionsGrpc.CollectionsImplBase {
    private final Map<String, StoredCollection> collections = new TreeMap<>();
    private final Map<String, String> aliases = new TreeMap<>();

    /** The collection, also by an alias. */
    synchronized StoredCollection of(String name) {
        StoredCollection collection = collections.get(aliases.getOrDefault(name, name));
        if (collection == null) {
            throw Status.NOT_FOUND
                    .withDescription("Not found: Collection `" + name + "` doesn't exist!")
                    .asRuntimeException();
        }
        return collection;
    }

    /** The collection behind an alias. */
    public synchronized String target(String alias) {
        return aliases.get(alias);
    }

    /** Number of points in a collection. */
    public synchronized int size(String name) {
        return of(name).points.size();
    }

    <T> void answer(StreamObserver<T> answers, Supplier<T> work) {
        T answer;
        try {
            synchronized (this) {
                answer = work.get();
            }
        } catch (StatusRuntimeException e) {
            answers.onError(e);
            return;
        }
        answers.onNext(answer);
        answers.onCompleted();
    }

    private static CollectionOperationResponse done(boolean result) {
        return CollectionOperationResponse.newBuilder().setResult(result).build();
    }

    @Override
    public void create(CreateCollection request, StreamObserver<CollectionOperationResponse> answers) {
        answer(answers, () -> {
            String name = request.getCollectionName();
            if (collections.containsKey(name) || aliases.containsKey(name)) {
                throw Status.ALREADY_EXISTS
                        .withDescription("Wrong input: Collection `" + name + "` already exists!")
                        .asRuntimeException();
            }
            collections.put(name, new StoredCollection(request));
            return done(true);
        });
    }

    @Override
    public void update(UpdateCollection request, StreamObserver<CollectionOperationResponse> answers) {
        answer(answers, () -> {
            of(request.getCollectionName()).metadata.putAll(request.getMetadataMap());
            return done(true);
        });
    }

    @Override
    public void delete(DeleteCollection request, StreamObserver<CollectionOperationResponse> answers) {
        answer(answers, () -> done(collections.remove(request.getCollectionName()) != null));
    }

    @Override
    public void get(GetCollectionInfoRequest request, StreamObserver<GetCollectionInfoResponse> answers) {
        answer(answers, () -> {
            StoredCollection collection = of(request.getCollectionName());
            return GetCollectionInfoResponse.newBuilder()
                    .setResult(CollectionInfo.newBuilder()
                            .setPointsCount(collection.points.size())
                            .setConfig(CollectionConfig.newBuilder()
                                    .putAllMetadata(collection.metadata)
                                    .setParams(CollectionParams.newBuilder()
                                            .setVectorsConfig(
                                                    collection.settings().getVectorsConfig())
                                            .setSparseVectorsConfig(
                                                    collection.settings().getSparseVectorsConfig()))))
                    .build();
        });
    }

    @Override
    public void list(ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> answers) {
        answer(answers, () -> ListCollectionsResponse.newBuilder()
                .addAllCollections(collections.keySet().stream()
                        .map(name ->
                                CollectionDescription.newBuilder().setName(name).build())
                        .toList())
                .build());
    }

    @Override
    public void updateAliases(ChangeAliases request, StreamObserver<CollectionOperationResponse> answers) {
        answer(answers, () -> {
            for (AliasOperations change : request.getActionsList()) {
                if (change.hasCreateAlias()) {
                    of(change.getCreateAlias().getCollectionName());
                    aliases.put(
                            change.getCreateAlias().getAliasName(),
                            change.getCreateAlias().getCollectionName());
                } else {
                    aliases.remove(change.getDeleteAlias().getAliasName());
                }
            }
            return done(true);
        });
    }

    @Override
    public void listAliases(ListAliasesRequest request, StreamObserver<ListAliasesResponse> answers) {
        answer(answers, () -> ListAliasesResponse.newBuilder()
                .addAllAliases(aliases.entrySet().stream()
                        .map(alias -> AliasDescription.newBuilder()
                                .setAliasName(alias.getKey())
                                .setCollectionName(alias.getValue())
                                .build())
                        .toList())
                .build());
    }
}
