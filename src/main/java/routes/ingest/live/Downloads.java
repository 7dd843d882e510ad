package routes.ingest.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import routes.ingest.MediaStore;
import routes.ingest.SourceFile;
import routes.ingest.SourceMessage;
import routes.tdlib.Tdlib;
import routes.tdlib.TdlibClient;
import routes.tdlib.TdlibException;

/**
 * Downloads the files of messages, several at a time across all channels. A file that is not downloaded has a reason, and the next
 * pass tries it again.
 */
@Component
class Downloads {
    /** Download priority; TDLib accepts 1 to 32. */
    static final int OF_HISTORY = 1;

    static final int OF_UPDATES = 16;

    private final MediaStore media;
    private final Duration timeout;
    private final Semaphore permits;

    Downloads(MediaStore media, ParserProperties properties) {
        this.media = media;
        timeout = properties.downloadTimeout();
        permits = new Semaphore(properties.downloadsAtOnce(), true);
    }

    private record Download(TdMessage message, CompletableFuture<ObjectNode> answer) {}

    /**
     * Returns the messages with the paths of their files.
     *
     * @param messages only messages whose files are not stored yet
     * @param priority TDLib's download priority, from 1 to 32
     */
    Map<Long, SourceMessage> fetch(TdlibClient client, List<TdMessage> messages, int priority)
            throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        Map<Long, SourceMessage> done = new HashMap<>();
        List<Download> running = new ArrayList<>();
        for (TdMessage message : messages) {
            SourceFile file = message.message().file();
            Optional<String> refusal = media.refusal(file, message.file().size());
            long left = end - System.nanoTime();
            if (refusal.isPresent()) {
                done.put(message.message().id(), message.with(file.missing(refusal.get())));
            } else if (permits.tryAcquire(Math.max(0, left), TimeUnit.NANOSECONDS)) {
                running.add(new Download(message, start(client, message.file().id(), priority, end)));
            } else {
                done.put(message.message().id(), message.with(file.missing(late())));
            }
        }
        for (Download download : running) {
            done.put(download.message().message().id(), download.message().with(result(download)));
        }
        return done;
    }

    private CompletableFuture<ObjectNode> start(TdlibClient client, int fileId, int priority, long end) {
        ObjectNode request = Tdlib.request("downloadFile")
                .put("file_id", fileId)
                .put("priority", priority)
                .put("offset", 0)
                .put("limit", 0)
                // TDLib answers when the download is complete
                .put("synchronous", true);
        Duration left = Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
        return client.send(request, left).whenComplete((file, failure) -> permits.release());
    }

    private String late() {
        return "not downloaded within " + timeout.toSeconds() + " s; the download is retried at the next read";
    }

    private SourceFile result(Download download) throws InterruptedException {
        SourceFile file = download.message().message().file();
        try {
            String path = download.answer().get().at("/local/path").asText();
            return path.isEmpty() ? file.missing("Telegram returned no file") : file.at(Path.of(path));
        } catch (ExecutionException e) {
            boolean late =
                    e.getCause() instanceof TdlibException failure && failure.kind() == TdlibException.Kind.TIMED_OUT;
            return file.missing(
                    late ? late() : "not downloaded: " + e.getCause().getMessage());
        }
    }
}
