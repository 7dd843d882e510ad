package routes.objectstore.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.objectstore.ObjectKeys;
import routes.objectstore.ObjectStore;
import routes.objectstore.ObjectStoreException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Objects in a bucket of an S3-compatible server. A put is atomic on the server: readers see the old object or the complete new one. The
 * content is first copied to a temporary file, so that its length is verified before anything is sent, and a failed request can be
 * repeated.
 */
public final class S3ObjectStore implements ObjectStore, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(S3ObjectStore.class);
    private static final int NOT_FOUND = 404;
    private static final Duration CHECK = Duration.ofSeconds(5);

    private final S3Client client;
    private final String bucket;

    /** Creates the client; sends no request. */
    public S3ObjectStore(S3Properties properties) {
        this.client = client(properties);
        this.bucket = properties.bucket();
    }

    /**
     * Creates a client with path-style addresses, without chunked signatures and with only the required checksums: S3-compatible servers
     * support this, while some refuse the SDK's defaults.
     */
    public static S3Client client(S3Properties properties) {
        return S3Client.builder()
                .endpointOverride(URI.create(properties.endpointUrl()))
                .region(Region.of(properties.region()))
                .forcePathStyle(true)
                .credentialsProvider(credentials(properties))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(properties.timeout())
                        .socketTimeout(properties.timeout()))
                .overrideConfiguration(limits -> limits.apiCallAttemptTimeout(properties.timeout()))
                .build();
    }

    private static AwsCredentialsProvider credentials(S3Properties properties) {
        return properties.accessKeyId().isBlank()
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(properties.accessKeyId(), properties.secretAccessKey()));
    }

    @Override
    public String bucket() {
        return bucket;
    }

    @Override
    public void put(String key, String contentType, long sizeBytes, InputStream content) throws IOException {
        ObjectKeys.checked(key);
        Path copy = Files.createTempFile("object-", null);
        try {
            try (OutputStream out = Files.newOutputStream(copy)) {
                ObjectStore.copy(key, content, sizeBytes, out);
            }
            try {
                put(key, contentType, copy);
            } catch (NoSuchBucketException e) {
                createBucket();
                put(key, contentType, copy);
            }
        } catch (SdkException e) {
            throw failure("store", key, e);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private void put(String key, String contentType, Path file) {
        client.putObject(
                request -> request.bucket(bucket).key(key).contentType(contentType), RequestBody.fromFile(file));
    }

    private void createBucket() {
        try {
            client.createBucket(request -> request.bucket(bucket));
            LOG.info("Created the bucket {}", bucket);
        } catch (BucketAlreadyOwnedByYouException e) {
            LOG.debug("Another thread or process has created the bucket {}", bucket);
        }
    }

    @Override
    public Optional<InputStream> get(String key) throws IOException {
        ObjectKeys.checked(key);
        try {
            return Optional.of(
                    client.getObject(request -> request.bucket(bucket).key(key)));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failure("read", key, e);
        }
    }

    @Override
    public boolean exists(String key) throws IOException {
        ObjectKeys.checked(key);
        try {
            client.headObject(request -> request.bucket(bucket).key(key));
            return true;
        } catch (SdkException e) {
            if (e instanceof S3Exception answer && answer.statusCode() == NOT_FOUND) {
                return false;
            }
            throw failure("find", key, e);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        ObjectKeys.checked(key);
        try {
            client.deleteObject(request -> request.bucket(bucket).key(key));
        } catch (SdkException e) {
            throw failure("delete", key, e);
        }
    }

    @Override
    public void each(String prefix, Consumer<Stored> work) throws IOException {
        try {
            client.listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix)).contents().stream()
                    .map(object -> new Stored(object.key(), object.size(), object.lastModified()))
                    .forEach(work);
        } catch (NoSuchBucketException e) {
            LOG.debug("The bucket {} does not exist yet", bucket);
        } catch (SdkException e) {
            throw failure("list", prefix, e);
        }
    }

    /** Checks access to the bucket. A missing bucket is not an error: the first put creates it. */
    @Override
    public void check() throws IOException {
        try {
            client.headBucket(
                    request -> request.bucket(bucket).overrideConfiguration(call -> call.apiCallTimeout(CHECK)));
        } catch (NoSuchBucketException e) {
            LOG.debug("The bucket {} does not exist yet", bucket);
        } catch (SdkException e) {
            throw failure("use", "any object", e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private ObjectStoreException failure(String what, String key, SdkException cause) {
        return new ObjectStoreException(
                "The object store cannot " + what + " " + key + " in the bucket " + bucket + " (S3_ENDPOINT_URL): "
                        + cause.getMessage(),
                cause);
    }
}
