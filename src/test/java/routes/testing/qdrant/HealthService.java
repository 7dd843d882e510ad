package routes.testing.qdrant;

import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.QdrantGrpc;
import io.qdrant.client.grpc.QdrantOuterClass.HealthCheckReply;
import io.qdrant.client.grpc.QdrantOuterClass.HealthCheckRequest;

/** Tells the version. */
final class HealthService extends QdrantGrpc.QdrantImplBase {
    private static final String VERSION = "1.16.3";

    @Override
    public void healthCheck(HealthCheckRequest request, StreamObserver<HealthCheckReply> answers) {
        answers.onNext(HealthCheckReply.newBuilder()
                .setTitle("qdrant - vector search engine")
                .setVersion(VERSION)
                .build());
        answers.onCompleted();
    }
}
