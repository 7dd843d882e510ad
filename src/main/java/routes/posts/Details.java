package routes.posts;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import routes.events.StorableText;

/**
 * What Telegram shows next to the text of a post, as in {@code posts.details} and in the API. Its texts are shown, not searched.
 *
 * @param poll null without
 * @param media the files of the post, stored or not
 * @param viaBot name of the inline bot that made the post, as {@code @gif}; null without
 * @param replyElsewhere the message of another chat that the post replies to; null without
 * @param topic name of the topic of the channel; null without
 * @param quote the part of another post that this one replies to; null without
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
     * @param link null unless it is the message of a channel or a supergroup
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

    /** With the votes that the source contains. */
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
     * A file.
     *
     * @param kind photo, video, animation, video_message, voice_message, audio, sticker, document, paid_media, story, or the name of a
     *     content that this version does not know
     * @param name null if the source does not name it
     * @param sha256 null if it is not stored
     * @param missing why it is not stored; else null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Attachment(String kind, String name, String sha256, String missing) {
        public Attachment {
            name = StorableText.of(name);
            missing = StorableText.of(missing);
        }
    }

    /** Votes and reactions of an older source never replace newer ones, as with counters. A stored file stays stored. */
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
