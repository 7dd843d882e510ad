package routes.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.objectstore.s3.S3ObjectStore;
import routes.objectstore.s3.S3Properties;
import routes.testing.S3Server;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

class S3ObjectStoreIT extends ObjectStoreContract {
    private static final String BUCKET = "media";

    @RegisterExtension
    static final S3Server server = new S3Server();

    private final S3Client client = S3ObjectStore.client(server.properties(BUCKET));

    @Override
    ObjectStore store() {
        return new S3ObjectStore(server.properties(BUCKET));
    }

    @AfterEach
    void emptyBucket() {
        if (server.isRunning()) {
            server.delete(client, BUCKET);
        }
        client.close();
    }

    @Override
    List<String> keys() {
        return client.listObjectsV2(request -> request.bucket(BUCKET)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    @Test
    void the_content_type_is_stored_with_the_object() throws Exception {
        store().put(KEY, "image/webp", 1, new ByteArrayInputStream(new byte[1]));

        assertThat(client.headObject(request -> request.bucket(BUCKET).key(KEY)).contentType())
                .isEqualTo("image/webp");
    }

    @Test
    void a_server_that_is_away_is_reported_as_such_and_used_again_when_it_is_back() throws Exception {
        ObjectStore store = store();
        store.put(KEY, "image/jpeg", 1, new ByteArrayInputStream(new byte[1]));
        server.stop();

        assertThatExceptionOfType(ObjectStoreException.class).isThrownBy(() -> store.get(KEY));
        assertThatExceptionOfType(ObjectStoreException.class).isThrownBy(() -> store.exists(KEY));
        assertThatExceptionOfType(ObjectStoreException.class).isThrownBy(store::check);
        assertThatExceptionOfType(ObjectStoreException.class)
                .isThrownBy(() -> store.put(KEY, "image/jpeg", 1, new ByteArrayInputStream(new byte[1])))
                .withMessageContaining("cannot store " + KEY);

        server.start();
        assertThat(store.exists(KEY)).isTrue();
    }

    @Test
    void a_refused_key_is_reported_with_its_reason() {
        S3Properties right = server.properties(BUCKET);
        try (var store = new S3ObjectStore(new S3Properties(
                right.endpointUrl(), BUCKET, right.region(), right.accessKeyId(), "wrong", right.timeout()))) {
            assertThatExceptionOfType(ObjectStoreException.class)
                    .isThrownBy(() -> store.put(KEY, "image/jpeg", 1, new ByteArrayInputStream(new byte[1])))
                    .withMessageContaining("403");
        }
    }
}
