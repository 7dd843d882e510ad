package routes.ingest.export;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import routes.ingest.SourceMessage;

/**
 * Infers albums, which an export does not mark: messages of the same author, at the same time ± 1 s, with consecutive ids, all with
 * media, at most 10 messages, at most one with a caption. The id of an album is the id of its first message.
 */
final class AlbumInference {
    static final int MAX_ITEMS = 10;
    private static final Duration SPREAD = Duration.ofSeconds(1);

    private final List<SourceMessage> open = new ArrayList<>();

    /**
     * @return the messages that this message completes: an album, a single message, or an empty list
     */
    List<SourceMessage> add(SourceMessage message) {
        List<SourceMessage> done = List.of();
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).id() == message.id()) {
                // a duplicate of a message in the file must not split an album
                open.set(i, open.get(i).orNewer(message));
                return done;
            }
        }
        if (!open.isEmpty() && !belongs(message)) {
            done = finish();
        }
        open.add(message);
        return done;
    }

    /** Returns the pending messages at the end of a chat. */
    List<SourceMessage> finish() {
        List<SourceMessage> done = open.size() < 2
                ? List.copyOf(open)
                : open.stream()
                        .map(message -> message.inAlbum(open.get(0).id()))
                        .toList();
        open.clear();
        return done;
    }

    private boolean belongs(SourceMessage message) {
        SourceMessage first = open.get(0);
        SourceMessage last = open.get(open.size() - 1);
        return open.size() < MAX_ITEMS
                && first.albumMedia()
                && message.albumMedia()
                && message.id() == last.id() + 1
                && message.authorKey().equals(first.authorKey())
                && Duration.between(first.postedAt(), message.postedAt()).abs().compareTo(SPREAD) <= 0
                && (message.text().isBlank()
                        || open.stream().allMatch(other -> other.text().isBlank()));
    }
}
