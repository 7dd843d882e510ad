package routes.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import routes.posts.ChannelIdentity;

/** A source of posts: channels, their messages in order, and the files of the messages. */
public interface Source {

    /** Total size, in the unit of {@link Sink#position}. */
    long size();

    /** Whether {@link SourceMessage#groupedId} is a guess, because the source does not mark albums. */
    boolean infersAlbums();

    /**
     * Whether the source contains every message of a channel between the first and the last one, so that a missing stored message
     * was deleted. An export can be limited to the user's own messages and does not record this limit.
     */
    boolean showsDeletionsByAbsence();

    /**
     * Reads the source from start to end and passes its content to the sink.
     *
     * @throws IOException if the source is corrupt or cannot be read; everything passed on before is valid
     */
    void read(Sink sink) throws IOException, InterruptedException;

    /** Opens the source that a user wants to import. */
    @FunctionalInterface
    interface Opener {
        /**
         * @param path a file or a folder, as entered by the user
         * @throws IOException if the path has no readable source; the message is for the user
         */
        Source open(Path path) throws IOException;
    }

    /** Receives the content of a source. */
    interface Sink {

        /** Starts a channel. The following messages belong to it. */
        void channel(ChannelIdentity channel) throws IOException, InterruptedException;

        /** Receives one message, or all members of an album. */
        void messages(List<SourceMessage> together) throws IOException, InterruptedException;

        /** Receives the ids of messages that were deleted in the current channel. */
        void deleted(List<Long> messageIds) throws IOException, InterruptedException;

        /**
         * Receives a message that is not a post, such as a join message.
         *
         * @param messageId null if the message has no id
         */
        void noPost(Long messageId);

        /** Receives a message, or a larger part of the source, that cannot be read. */
        void leftOut(ImportNote what);

        /** Receives a part of the source that is deliberately not imported, such as a personal chat or one field of a message. */
        void noted(ImportNote what);

        /** Receives how much of the source has been read. */
        void position(long position);
    }
}
