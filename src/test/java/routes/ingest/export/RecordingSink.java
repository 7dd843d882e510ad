package routes.ingest.export;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import routes.ingest.ImportNote;
import routes.ingest.Source;
import routes.ingest.SourceMessage;
import routes.posts.ChannelIdentity;

/** Keeps what a source hands over. */
final class RecordingSink implements Source.Sink {
    final List<ChannelIdentity> channels = new ArrayList<>();
    final List<SourceMessage> messages = new ArrayList<>();
    final List<List<Long>> albums = new ArrayList<>();
    final List<ImportNote> leftOut = new ArrayList<>();
    final List<ImportNote> noted = new ArrayList<>();
    final List<Long> present = new ArrayList<>();
    int noPosts;
    long position;

    @Override
    public void channel(ChannelIdentity channel) {
        channels.add(channel);
    }

    @Override
    public void messages(List<SourceMessage> together) {
        messages.addAll(together);
        if (together.size() > 1) {
            albums.add(together.stream().map(SourceMessage::id).toList());
        }
    }

    @Override
    public void deleted(List<Long> messageIds) {
        throw new UnsupportedOperationException("an export names no deletions");
    }

    @Override
    public void noPost(Long messageId) {
        noPosts++;
        if (messageId != null) {
            present.add(messageId);
        }
    }

    @Override
    public void leftOut(ImportNote what) {
        leftOut.add(what);
    }

    @Override
    public void noted(ImportNote what) {
        noted.add(what);
    }

    @Override
    public void position(long position) {
        this.position = position;
    }

    SourceMessage message(long id) {
        return messages.stream()
                .filter(message -> message.id() == id)
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no message " + id));
    }
}
