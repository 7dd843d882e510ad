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
 * An answer.
 *
 * @param threadId for a follow-up question
 * @param query the question as asked
 * @param understoodAs the question with the subject of the thread; null if it is complete as asked
 * @param intent what the question asks for, see {@link Intent}
 * @param outcome {@code answered}, or {@code nothing} if no source answers the question
 * @param sentences in order; none if the outcome is {@code nothing}
 * @param sources that the sentences cite; if nothing answers the question, the nearest posts, if any
 * @param confidence 0 to 1; see {@link Answers}
 * @param provider of the text: a model provider, or {@code local}
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

    /** What shows that a sentence follows from its sources. */
    public enum Support {
        /** Its words, numbers and names are in the cited passages. */
        WORDS,
        /** A model has compared it with the cited passages. */
        MODEL,
        /** Nothing does; a reader has to check it. */
        NONE,
        /** It was counted from the posts. */
        COUNTED;

        @JsonValue
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A sentence of an answer.
     *
     * @param text plain text without citations and links
     * @param citations {@link Source#n} of the sources
     */
    public record Sentence(String text, List<Integer> citations, Support support) {
        /** With citations in brackets. */
        String cited() {
            return text + citations.stream().map(n -> " [" + n + "]").collect(Collectors.joining());
        }
    }

    /**
     * A cited passage.
     *
     * @param n its number in the answer, from 1
     * @param channel title of the channel, otherwise its user name
     * @param link to the post in Telegram; the only links in an answer are these
     * @param snippet the passage as it was cited: plain text without links and without text that addresses a model
     * @param foundIn what the passage is from: {@code post}, {@code picture} or {@code link}
     * @param score comparable within one answer only
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

    /** Another post with the same story; the channel as in {@link Source}. */
    public record Same(long number, String channel) {}

    /**
     * What a reader has to know about the answer.
     *
     * @param code for programs
     * @param text for people, in the language of the question
     * @param sources that it is about; empty for the answer as a whole
     */
    public record Note(String code, String text, List<Integer> sources) {}

    /** The whole text with citations in brackets; sentences without support are marked. */
    public String text() {
        String mark = language == Language.RU ? " (не подтверждено источниками)" : " (not confirmed by the sources)";
        return sentences.stream()
                .map(sentence -> sentence.cited() + (sentence.support() == Support.NONE ? mark : ""))
                .collect(Collectors.joining(" "));
    }

    /** Receives an answer while it is made. A sentence is passed on only after its check. */
    public interface Listener {
        /** @param phase searching, writing or checking */
        default void status(String phase) {}

        /** @param sources all sources so far */
        default void sources(List<Source> sources) {}

        default void sentence(Sentence sentence) {}
    }
}
