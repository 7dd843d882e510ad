package routes.ingest.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;
import routes.ingest.MediaProperties;
import routes.ingest.MediaStore;
import routes.ingest.SourceFile;
import routes.web.Fetched;
import routes.web.PageFetcher;

/** Downloads the files of preview pages, one at a time, with the same address checks and rate limits as all fetches. */
@Component
class PreviewDownloads {
    private static final Set<String> TYPES = Set.of(
            "image/jpeg",
            "image/png",
            "image/webp",
            "image/gif",
            "video/mp4",
            "video/webm",
            "video/quicktime",
            "application/octet-stream");

    private final PageFetcher fetcher;
    private final MediaStore media;
    private final int maxBytes;

    PreviewDownloads(PageFetcher fetcher, MediaStore media, MediaProperties limits) {
        this.fetcher = fetcher;
        this.media = media;
        maxBytes = (int) Math.min(limits.maxBytes(), Integer.MAX_VALUE - 1L);
    }

    /**
     * The downloaded file, at a path that the caller deletes, or the reason why it was not downloaded.
     *
     * @param done whether another attempt would have the same result
     */
    record Download(SourceFile file, boolean done) {}

    /**
     * @param timeout for this file; after a timeout, the next pass tries the file again
     */
    Download download(SourceFile file, String url, Duration timeout) throws IOException {
        Optional<String> refusal = media.refusal(file, 0);
        if (refusal.isPresent()) {
            return new Download(file.missing(refusal.get()), true);
        }
        if (timeout.toMillis() <= 0) {
            return new Download(file.missing(later("not downloaded in time")), false);
        }
        Fetched fetched = fetcher.file(url, TYPES, maxBytes, timeout);
        if (fetched instanceof Fetched.File found) {
            return new Download(file.at(written(found.bytes())), true);
        }
        Fetched.Failed failed = (Fetched.Failed) fetched;
        // file addresses expire, and the next page contains new ones
        boolean done = failed.permanent() && !failed.reason().startsWith("http_");
        String reason = "not downloaded: " + failed.reason() + ", " + failed.detail();
        return new Download(file.missing(done ? reason : later(reason)), done);
    }

    private static Path written(byte[] bytes) throws IOException {
        Path path = Files.createTempFile("preview-", null);
        try {
            return Files.write(path, bytes);
        } catch (IOException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    private static String later(String reason) {
        return reason + "; the download is retried at the next read";
    }
}
