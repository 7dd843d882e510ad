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
     * Whether the source contains every message of a channel between the first and the last one, so that a stored message that is
     * missing was deleted. An export may be limited to the user's own messages, and does not say so.
     */
    boolean showsDeletionsByAbsence();

    /**
     * Hands over everything, from start to end.
     *
     * @throws IOException if the source is corrupt or cannot be read; everything handed over before is valid
     */
    void read(Sink sink) throws IOException, InterruptedException;

    /** Opens what a user wants to import. */
    @FunctionalInterface
    interface Opener {
        /**
         * @param path a file or a folder, as the user gave it
         * @throws IOException if there is nothing readable, with a message for the user
         */
        Source open(Path path) throws IOException;
    }

    /** Receives the content of a source. */
    interface Sink {

        /** The messages that follow belong to this channel. */
        void channel(ChannelIdentity channel) throws IOException, InterruptedException;

        /** One message, or all members of an album. */
        void messages(List<SourceMessage> together) throws IOException, InterruptedException;

        /** Messages of this channel that were deleted in it. */
        void deleted(List<Long> messageIds) throws IOException, InterruptedException;

        /**
         * A message that is not a post, such as a join message.
         *
         * @param messageId null if it has none
         */
        void noPost(Long messageId);

        /** A message, or a larger part of the source, that cannot be read. */
        void leftOut(ImportNote what);

        /** A part of the source that is deliberately not imported, such as a personal chat or one field of a message. */
        void noted(ImportNote what);

        /** How much of the source has been read. */
        void position(long position);
    }
}
