package routes.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.springframework.stereotype.Component;
import routes.events.MediaFile;
import routes.events.SkippedFile;
import routes.objectstore.ObjectKeys;
import routes.objectstore.ObjectStore;
import routes.posts.StorageQuota;

/** Stores the files of messages in the object store, several at a time. Equal contents are stored once. */
@Component
public final class MediaStore implements AutoCloseable {
    private final ObjectStore objects;
    private final StorageQuota quota;
    private final long maxBytes;
    private final IngestMetrics metrics;
    private final ExecutorService workers;

    public MediaStore(ObjectStore objects, StorageQuota quota, MediaProperties limits, IngestMetrics metrics) {
        this.objects = objects;
        this.quota = quota;
        this.metrics = metrics;
        maxBytes = limits.maxBytes();
        workers = Executors.newFixedThreadPool(limits.concurrency(), work -> new Thread(work, "media-store"));
    }

    /** Either the stored file or the reason why it was skipped. The other component is null. */
    public record Stored(MediaFile file, SkippedFile skipped) {}

    /**
     * Stores the files of a batch and returns the result for each, in the same order.
     *
     * @throws IOException if the object store fails; the same batch may be retried
     */
    public List<Stored> storeAll(UUID tenant, List<SourceFile> files) throws IOException, InterruptedException {
        List<Stored> known = parallel(files, (file, i) -> identify(tenant, file));
        Map<String, String> tooMuch = quota.reserve(
                tenant,
                known.stream().map(Stored::file).filter(Objects::nonNull).toList());
        return parallel(files, (file, i) -> {
            MediaFile media = known.get(i).file();
            if (media == null) {
                metrics.skipped(file.kind());
                return known.get(i);
            }
            String reason = tooMuch.get(media.sha256());
            return reason == null ? store(file, media) : skipped(file, reason);
        });
    }

    private interface Work {
        Stored of(SourceFile file, int index) throws IOException;
    }

    private List<Stored> parallel(List<SourceFile> files, Work work) throws IOException, InterruptedException {
        List<Future<Stored>> running = workers.invokeAll(IntStream.range(0, files.size())
                .<Callable<Stored>>mapToObj(i -> () -> work.of(files.get(i), i))
                .toList());
        var results = new ArrayList<Stored>(running.size());
        for (Future<Stored> one : running) {
            results.add(result(one));
        }
        return results;
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }

    /** Returns the result of another thread's work, or throws the exception of that work. */
    static <T> T result(Future<T> work) throws IOException, InterruptedException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            } else if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            } else if (e.getCause() instanceof InterruptedException stop) {
                throw stop;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Returns the file's hash, type and size, or the reason why the file is not stored. */
    private Stored identify(UUID tenant, SourceFile file) {
        if (file.missing() != null) {
            return new Stored(null, new SkippedFile(file.name(), file.missing()));
        } else if (file.stored() != null) {
            return new Stored(file.stored(), null);
        }
        try {
            long size = Files.size(file.path());
            String type = type(file);
            String refusal = refusal(size, type);
            if (refusal != null) {
                return new Stored(null, new SkippedFile(file.name(), refusal));
            }
            String sha256 = sha256(file.path());
            String key = ObjectKeys.media(tenant, sha256, MediaType.extension(type));
            return new Stored(new MediaFile(sha256, key, type, size), null);
        } catch (IOException e) {
            // one unreadable file must not fail the import
            return new Stored(null, new SkippedFile(file.name(), "file cannot be read: " + e));
        }
    }

    private Stored store(SourceFile file, MediaFile media) throws IOException {
        if (file.stored() != null) {
            return new Stored(media, null);
        }
        try (InputStream content = Files.newInputStream(file.path())) {
            if (!objects.exists(media.s3Key())) {
                objects.put(media.s3Key(), media.mimeType(), media.sizeBytes(), content);
            }
        } catch (IOException | RuntimeException e) {
            metrics.failed(file.kind());
            throw new IOException("Cannot store " + file.path() + ": " + e.getMessage(), e);
        }
        metrics.stored(file.kind(), media.sizeBytes());
        return new Stored(media, null);
    }

    /**
     * Returns the reason to reject a file, as far as it can be determined without the content.
     *
     * @param size in bytes, 0 if unknown
     */
    public Optional<String> refusal(SourceFile file, long size) {
        String type = MediaType.of(new byte[0], file.declaredType(), file.name());
        boolean known = file.declaredType() != null && !type.equals(MediaType.UNKNOWN);
        return Optional.ofNullable(refusal(size == 0 ? 1 : size, known ? type : MediaType.JPEG.mime()));
    }

    private String refusal(long size, String type) {
        if (size == 0) {
            return "file is empty";
        } else if (size > maxBytes) {
            return "file has " + size + " bytes; the limit is " + maxBytes;
        }
        return MediaType.isAccepted(type) ? null : "type " + type + " is not accepted";
    }

    private Stored skipped(SourceFile file, String reason) {
        metrics.skipped(file.kind());
        return new Stored(null, new SkippedFile(file.name(), reason));
    }

    private static String type(SourceFile file) throws IOException {
        try (InputStream content = Files.newInputStream(file.path())) {
            return MediaType.of(content.readNBytes(MediaType.HEAD_BYTES), file.declaredType(), file.name());
        }
    }

    private static String sha256(Path path) throws IOException {
        try (var content = new DigestInputStream(Files.newInputStream(path), MessageDigest.getInstance("SHA-256"))) {
            content.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(content.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
