package routes.digests;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What is in a digest. As JSON, it is what the API shows.
 *
 * @param language {@code ru} or {@code en}
 * @param groups in order of importance; empty for a digest without stories
 * @param sources all posts of the stories; the only links of a digest are theirs
 * @param advertisements posts that were left out by a rule of {@code config/digest_policy.yml}
 * @param provider of the text: a model provider, or {@code local}
 * @param model null for {@code local}
 * @param notes codes of what a reader has to know: {@code without_model}, {@code links_removed}, {@code left_out},
 *     {@code instructions_removed}, {@code unconfirmed}, {@code more_stories}
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

    /** What is in a digest that is not made yet. */
    public static final DigestBody NONE =
            new DigestBody(null, List.of(), List.of(), List.of(), null, null, null, List.of());

    /** Without the posts and the sentences that cite them; the other sources keep their numbers. */
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
     * A story.
     *
     * @param sources {@link Source#n} of all its posts
     * @param interests topics of the user's interests or settings that it belongs to
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
     * @param citations {@link Source#n} of the posts that it comes from; never empty
     * @param support words, model or none, as in answers
     */
    public record Sentence(String text, List<Integer> citations, String support) {}

    /** @param link to the post in Telegram; null if it has none */
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
     * @param rule its name in the policy
     * @param explanation in the language of the digest
     */
    public record Advertisement(long number, String channel, String rule, String explanation) {}

    /**
     * How many posts there were.
     *
     * @param posts of the period in the channels
     * @param muted left out because of muted words
     * @param offTopic left out because of the topics of the settings
     * @param stories that were left
     * @param told stories that are in the digest
     */
    public record Counts(int posts, int advertisements, int muted, int offTopic, int stories, int told) {}
}
