package routes.benchmark;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import routes.embeddings.EmbeddingProvider;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;

/**
 * Posts of some 450 letters, each of them different and the same in every run: Russian with some English words, made of
 * syllables, with the endings of Russian nouns. Words are as frequent as in natural texts (Zipf), and every post has a topic
 * with words and tags of its own, so that vectors lie in clusters as those of real posts do.
 */
public final class GeneratedPosts {
    static final UUID TENANT = new UUID(0, 1);
    static final int CHANNELS = 40;
    static final int MONTHS = 24;
    private static final Instant FIRST = Instant.parse("2024-01-01T00:00:00Z");
    private static final Duration MONTH = Duration.ofDays(30);
    private static final int TOPICS = 300;
    private static final int TOPIC_WORDS = 60;
    private static final int TOPIC_TAGS = 12;
    private static final int WORDS = 48;

    private static final List<String> SYLLABLES = List.of(
            "ба", "ве", "го", "ди", "жу", "за", "ки", "ло", "му", "не", "пра", "ро", "сте", "тра", "фи", "хо", "це",
            "чи", "шта", "ще", "кро", "вол", "мер", "сон", "тек", "лин", "гор", "пус", "дар", "вет");
    private static final List<String> ENDINGS =
            List.of("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах", "ный", "ного", "ной", "ные");
    private static final List<String> ENGLISH_SYLLABLES = List.of(
            "ser", "ver", "net", "con", "tro", "lam", "bit", "rus", "da", "ta", "base", "ker", "no", "pla", "tor",
            "mix", "gra", "ph", "sto", "re");

    private final List<String> russian = words(SYLLABLES, 20_000, 1);
    private final List<String> english = words(ENGLISH_SYLLABLES, 5_000, 2);
    private final EmbeddingProvider embeddings;

    public GeneratedPosts(EmbeddingProvider embeddings) {
        this.embeddings = embeddings;
    }

    private static List<String> words(List<String> syllables, int count, long seed) {
        Random random = new Random(seed);
        Set<String> words = new LinkedHashSet<>();
        while (words.size() < count) {
            words.add(IntStream.range(0, 2 + random.nextInt(3))
                    .mapToObj(i -> syllables.get(random.nextInt(syllables.size())))
                    .collect(Collectors.joining()));
        }
        return List.copyOf(words);
    }

    static UUID post(int id) {
        return new UUID(0x5eedL * (id + 1) * 0x9e3779b97f4a7c15L, id);
    }

    static UUID channel(int number) {
        return new UUID(0, 1_000 + number);
    }

    static Instant month(int number) {
        return FIRST.plus(MONTH.multipliedBy(number));
    }

    static Set<UUID> channels() {
        return IntStream.range(0, CHANNELS).mapToObj(GeneratedPosts::channel).collect(Collectors.toUnmodifiableSet());
    }

    IndexedPoint point(int id) {
        Random random = random(id);
        int topic = random.nextInt(TOPICS);
        String text = text(random, topic);
        Set<String> tags = new LinkedHashSet<>();
        while (tags.size() < 4) {
            tags.add(tag(topic, zipf(random, TOPIC_TAGS)));
        }
        if (id % 20 == 0) {
            tags.add(rareTag(id));
        }
        PostPayload payload = new PostPayload(
                post(id),
                TENANT,
                channel(random.nextInt(CHANNELS)),
                id,
                List.copyOf(tags),
                FIRST.plusSeconds(
                        random.nextInt((int) MONTH.multipliedBy(MONTHS).toSeconds())),
                null,
                null,
                text.substring(0, 300),
                false,
                null,
                false,
                Set.of());
        float[] vector = embeddings.embed(List.of(text)).get(0);
        return new IndexedPoint(payload, vector, text, 1, Integer.toHexString(text.hashCode()));
    }

    /** The text of a post alone. */
    public String text(int id) {
        Random random = random(id);
        return text(random, random.nextInt(TOPICS));
    }

    private String text(Random random, int topic) {
        return Stream.generate(() -> word(random, topic)).limit(WORDS).collect(Collectors.joining(" "));
    }

    /** One to four words as a reader would look for who has some post in mind. */
    String query(int number) {
        Random random = random(-1 - number);
        int topic = random.nextInt(TOPICS);
        List<String> words = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            words.add(topicWord(random, topic));
        }
        return String.join(" ", words);
    }

    /** One of the words that are in every twentieth post or more. */
    String frequentWord(int number) {
        return russian.get(number % 50);
    }

    /** Carried by some ten of 100 000 posts. */
    static String rareTag(int number) {
        return "редкое" + number / 20 % 500;
    }

    private String tag(int topic, int number) {
        return russian.get(10_000 + topic * TOPIC_TAGS + number);
    }

    private String word(Random random, int topic) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            return english.get(zipf(random, english.size()));
        }
        return kind < 5 ? topicWord(random, topic) : russian.get(zipf(random, russian.size())) + ending(random);
    }

    private String topicWord(Random random, int topic) {
        return russian.get((topic * 61 + zipf(random, TOPIC_WORDS) * 127) % russian.size()) + ending(random);
    }

    private static String ending(Random random) {
        return ENDINGS.get(random.nextInt(ENDINGS.size()));
    }

    /** 0 to n - 1; the probability of a rank goes down as 1 / rank. */
    private static int zipf(Random random, int n) {
        return Math.min(n - 1, (int) Math.pow(n + 1, random.nextDouble()) - 1);
    }

    private static Random random(int seed) {
        Random random = new Random(seed * 0x9e3779b97f4a7c15L);
        random.nextInt(); // the first numbers of neighbouring seeds resemble each other
        return random;
    }
}
