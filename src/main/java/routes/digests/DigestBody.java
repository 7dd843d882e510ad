package routes.digests;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The content of a digest, in the JSON form of the API.
 *
 * @param language {@code ru} or {@code en}
 * @param groups in order of importance; empty for a digest without stories
 * @param sources all posts of the stories; a digest contains no other links
 * @param advertisements posts that were excluded by a rule of {@code config/digest_policy.yml}
 * @param provider provider of the text: a model provider, or {@code local}
 * @param model null for {@code local}
 * @param notes codes of notices for the reader: {@code without_model}, {@code links_removed}, {@code left_out}, {@code
 *     instructions_removed}, {@code unconfirmed}, {@code more_stories}
 */
@JsonInclude
public record DigestBody(
        String language,
        List<Group> groups,
        List<Source> sources,
        List<Advertisement> advertisements,
        Counts counts,
        String provider,
        String model,
        List<String> notes) {

    /** The content of a digest that is not generated yet. */
    public static final DigestBody NONE =
            new DigestBody(null, List.of(), List.of(), List.of(), null, null, null, List.of());

    /** Returns a copy without the posts and the sentences that cite them. The other sources keep their numbers. */
    DigestBody without(Set<UUID> posts) {
        Set<Integer> gone = sources.stream()
                .filter(source -> posts.contains(source.postId()))
                .map(Source::n)
                .collect(Collectors.toSet());
        if (gone.isEmpty()) {
            return this;
        }
        List<Group> left = groups.stream()
                .map(group -> new Group(
                        group.topic(),
                        group.items().stream()
                                .map(item -> item.without(gone))
                                .filter(item -> !item.sentences().isEmpty())
                                .toList()))
                .filter(group -> !group.items().isEmpty())
                .toList();
        return new DigestBody(
                language,
                left,
                sources.stream().filter(source -> !gone.contains(source.n())).toList(),
                advertisements,
                counts,
                provider,
                model,
                notes);
    }

    /** @param topic a tag that its stories share; null for stories without a common tag */
    public record Group(String topic, List<Item> items) {}

    /**
     * @param sources {@link Source#n} of all its posts
     * @param interests matching topics of the user's interests or settings
     */
    public record Item(List<Sentence> sentences, List<Integer> sources, List<String> interests) {
        Item without(Set<Integer> gone) {
            return new Item(
                    sentences.stream()
                            .filter(sentence -> sentence.citations().stream().noneMatch(gone::contains))
                            .toList(),
                    sources.stream().filter(n -> !gone.contains(n)).toList(),
                    interests);
        }
    }

    /**
     * @param text plain text without links
     * @param citations {@link Source#n} of the posts on which it is based; never empty
     * @param support words, model or none, as in answers
     */
    public record Sentence(String text, List<Integer> citations, String support) {}

    /** @param link link to the post in Telegram; null if there is none */
    public record Source(
            int n,
            UUID postId,
            long number,
            UUID channelId,
            String channel,
            String link,
            Instant postedAt,
            int views) {}

    /**
     * @param rule name of the rule in the policy
     * @param explanation in the language of the digest
     */
    public record Advertisement(long number, String channel, String rule, String explanation) {}

    /**
     * Numbers of posts and stories.
     *
     * @param posts posts of the period in the channels
     * @param muted posts excluded by muted words
     * @param offTopic posts excluded by the topics of the settings
     * @param stories remaining stories
     * @param told stories in the digest
     */
    public record Counts(int posts, int advertisements, int muted, int offTopic, int stories, int told) {}
}
