package routes.answers;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import routes.text.Language;

/**
 * @param threadId id to send with a follow-up question
 * @param query the question as entered
 * @param understoodAs the question completed with the subject of the thread; null if it was complete
 * @param intent what the question asks for, see {@link Intent}
 * @param outcome {@code answered}, or {@code nothing} if no source answers the question
 * @param sentences in order; empty if the outcome is {@code nothing}
 * @param sources the cited sources; if nothing answers the question, the nearest posts, if any
 * @param confidence 0 to 1; see {@link Answers}
 * @param provider the provider that wrote the text: a model provider, or {@code local}
 * @param model null for {@code local}
 */
@JsonInclude
public record Answer(
        UUID threadId,
        String query,
        String understoodAs,
        String intent,
        String outcome,
        List<Sentence> sentences,
        List<Source> sources,
        List<Note> notes,
        double confidence,
        String provider,
        String model,
        @JsonIgnore Language language) {

    /** Evidence that a sentence follows from its sources. */
    public enum Support {
        /** Its words, numbers and names are in the cited passages. */
        WORDS,
        /** A model compared it with the cited passages. */
        MODEL,
        /** No evidence; the reader must check the sentence. */
        NONE,
        /** It was computed by counting posts. */
        COUNTED;

        @JsonValue
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param text plain text without citations and links
     * @param citations {@link Source#n} of the sources
     */
    public record Sentence(String text, List<Integer> citations, Support support) {
        /** Returns the text with citations in brackets. */
        String cited() {
            return text + citations.stream().map(n -> " [" + n + "]").collect(Collectors.joining());
        }
    }

    /**
     * A cited passage.
     *
     * @param n number of the source in the answer, from 1
     * @param channel title of the channel, or its user name if it has no title
     * @param link link to the post in Telegram; an answer contains no other links
     * @param snippet the cited passage: plain text without links and without text that addresses a model
     * @param foundIn origin of the passage: {@code post}, {@code picture} or {@code link}
     * @param score comparable only within one answer
     * @param sameStory other posts with nearly the same text
     */
    public record Source(
            int n,
            UUID postId,
            long number,
            UUID channelId,
            String channel,
            String link,
            String snippet,
            String foundIn,
            double score,
            Instant postedAt,
            List<Same> sameStory) {}

    /** Another post about the same story; the channel as in {@link Source}. */
    public record Same(long number, String channel) {}

    /**
     * A note for the reader about the answer.
     *
     * @param code machine-readable code
     * @param text text for the reader, in the language of the question
     * @param sources the sources that the note refers to; empty if it refers to the whole answer
     */
    public record Note(String code, String text, List<Integer> sources) {}

    /** Returns the whole text with citations in brackets. Sentences without support are marked. */
    public String text() {
        String mark = language == Language.RU ? " (не подтверждено источниками)" : " (not confirmed by the sources)";
        return sentences.stream()
                .map(sentence -> sentence.cited() + (sentence.support() == Support.NONE ? mark : ""))
                .collect(Collectors.joining(" "));
    }

    /** Receives an answer while it is generated. A sentence is passed on only after its check. */
    public interface Listener {
        /** @param phase {@code searching}, {@code writing} or {@code checking} */
        default void status(String phase) {}

        /** @param sources all sources cited so far */
        default void sources(List<Source> sources) {}

        default void sentence(Sentence sentence) {}
    }
}
