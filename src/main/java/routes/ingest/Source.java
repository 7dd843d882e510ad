package routes.ingest;

import java.io.IOException;
import java.util.List;
import routes.posts.ChannelIdentity;

/** Where posts come from: channels, their messages in order, and the files of these. */
public interface Source {

    /** Size of the whole, in the unit of {@link Sink#position}. */
    long size();

    /** Whether {@link SourceMessage#groupedId} is a guess, because the source does not mark albums. */
    boolean infersAlbums();

    /**
     * Whether every message of a channel is handed over that is in it between the first and the last, so that one that is
     * stored and is not handed over was deleted. An export can be one of somebody's own messages only, and does not say so.
     */
    boolean showsDeletionsByAbsence();

    /**
     * Hands over everything, from front to back.
     *
     * @throws IOException if the source is broken or cannot be read; what was handed over before is good
     */
    void read(Sink sink) throws IOException, InterruptedException;

    /** Takes what a source holds. */
    interface Sink {

        /** The messages that follow belong to this channel. */
        void channel(ChannelIdentity channel) throws IOException, InterruptedException;

        /** One message, or all members of an album. */
        void messages(List<SourceMessage> together) throws IOException, InterruptedException;

        /** Messages of this channel that were deleted in it. */
        void deleted(List<Long> messageIds) throws IOException, InterruptedException;

        /**
         * A message that is no post, such as somebody's joining.
         *
         * @param messageId null if it has none
         */
        void noPost(Long messageId);

        /** A message, or a larger part of the source, that cannot be read. */
        void leftOut(ImportNote what);

        /** A part of the source that is not imported on purpose, such as a personal chat or one field of a message. */
        void noted(ImportNote what);

        /** How much of the source is read. */
        void position(long position);
    }
}
