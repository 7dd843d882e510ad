package routes.posts;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import routes.events.StorableText;

/**
 * Content that Telegram shows next to the text of a post; stored in {@code posts.details} and returned by the API. Its texts are
 * not searched.
 *
 * @param poll null if there is none
 * @param media the files of the post, stored or not
 * @param viaBot name of the inline bot that created the post, such as {@code @gif}; otherwise null
 * @param replyElsewhere the message of another chat that the post replies to; null if there is none
 * @param topic name of the forum topic; null if there is none
 * @param quote the quoted part of the post that this one replies to; null if there is none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Details(
        List<Reaction> reactions,
        Poll poll,
        List<Attachment> media,
        String viaBot,
        Reply replyElsewhere,
        String topic,
        String quote) {
    public static final Details NONE = new Details(null, null, null, null, null, null, null);

    public Details {
        reactions = reactions == null ? List.of() : List.copyOf(reactions);
        media = media == null ? List.of() : List.copyOf(media);
        viaBot = StorableText.of(viaBot);
        topic = StorableText.of(topic);
        quote = StorableText.of(quote);
    }

    /**
     * @param link null unless the message belongs to a channel or a supergroup
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Reply(long telegramMessageId, String link) {}

    /**
     * @param type emoji, custom_emoji, or paid
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Reaction(String type, String emoji, String customEmojiId, int count) {
        public Reaction {
            emoji = StorableText.of(emoji);
            customEmojiId = StorableText.of(customEmojiId);
        }
    }

    /** A poll, with the votes that the source contains. */
    @JsonInclude
    public record Poll(String question, boolean closed, int totalVoters, List<Option> options) {
        public Poll {
            question = StorableText.of(question);
            options = List.copyOf(options);
        }

        /**
         * @param chosen whether the reader who exported the channel voted for it
         */
        @JsonInclude
        public record Option(String text, int voters, boolean chosen) {
            public Option {
                text = StorableText.of(text);
            }
        }
    }

    /**
     * @param kind photo, video, animation, video_message, voice_message, audio, sticker, document, paid_media, story, or the name
     *     of a content type that this version does not support
     * @param name null if the source does not contain it
     * @param sha256 null if the file is not stored
     * @param missing why the file is not stored; otherwise null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Attachment(String kind, String name, String sha256, String missing) {
        public Attachment {
            name = StorableText.of(name);
            missing = StorableText.of(missing);
        }
    }

    /** Votes and reactions of an older source never replace newer ones, as with counters. A stored file remains stored. */
    Details merge(Details other) {
        boolean moreReactions = !other.reactions.isEmpty() && count(other.reactions) >= count(reactions);
        boolean moreVotes = other.poll != null && (poll == null || other.poll.totalVoters() >= poll.totalVoters());
        boolean otherMedia = !other.media.isEmpty() && (isStored(other.media) || !isStored(media));
        return new Details(
                moreReactions ? other.reactions : reactions,
                moreVotes ? other.poll : poll,
                otherMedia ? other.media : media,
                other.viaBot == null ? viaBot : other.viaBot,
                other.replyElsewhere == null ? replyElsewhere : other.replyElsewhere,
                other.topic == null ? topic : other.topic,
                other.quote == null ? quote : other.quote);
    }

    private static long count(List<Reaction> reactions) {
        return reactions.stream().mapToLong(Reaction::count).sum();
    }

    private static boolean isStored(List<Attachment> media) {
        return media.stream().anyMatch(file -> file.sha256() != null);
    }
}
