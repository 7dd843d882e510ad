package routes.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import morfologik.fsa.FSA;
import morfologik.stemming.Dictionary;
import morfologik.stemming.DictionaryLookup;
import morfologik.stemming.WordData;
import routes.embeddings.EmbeddingProvider;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;

/**
 * Posts of some 450 letters, each of them different and the same in every run: Russian words in all their forms and some English ones, from
 * the dictionaries. Words are as frequent as in natural texts (Zipf), and every post has a topic with words and tags of its own, so
 * that vectors lie in clusters as those of real posts do. The first 28,000 words contain as many different ones as the Russian part of XQuAD
 * does, times 1.3.
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
    private static final int WORDS = 58;

    /** As many as a large collection of posts has; by frequency. */
    private static final int RUSSIAN_WORDS = 20_000;

    /** A dictionary has over a hundred forms of a verb, most of them participles, which are rare. */
    private static final int FORMS = 12;

    private static final int ENGLISH_WORDS = 5_000;
    private static final int NAMES = 5_000;
    /** One in so many of the words without a topic is a name. */
    private static final int NAMES_APART = 20;

    private static final String RESOURCES = "/org/languagetool/resource/";

    private final List<String> russian = frequent("ru/hunspell/ru_RU.dict", Charset.forName("KOI8-R"), RUSSIAN_WORDS);
    private final Map<String, List<String>> forms = forms(russian);
    private final List<String> english = frequent("en/hunspell/en_US.dict", StandardCharsets.UTF_8, ENGLISH_WORDS);
    private final EmbeddingProvider embeddings;

    public GeneratedPosts(EmbeddingProvider embeddings) {
        this.embeddings = embeddings;
    }

    /** The most frequent base forms, beginning with the most frequent one. An entry is a word, {@code +}, and a letter from A (rare) on. */
    private static List<String> frequent(String file, Charset charset, int count) {
        try (InputStream dictionary = GeneratedPosts.class.getResourceAsStream(RESOURCES + file)) {
            return StreamSupport.stream(FSA.read(dictionary).spliterator(), false)
                    .map(entry -> charset.decode(entry).toString())
                    .filter(entry -> Character.isLetter(entry.charAt(0)) && !entry.contains("+A"))
                    .sorted(Comparator.comparing((String entry) -> -entry.charAt(entry.lastIndexOf('+') + 1))
                            .thenComparing(String::hashCode))
                    .limit(count)
                    .map(entry -> entry.substring(0, entry.lastIndexOf('+')))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, List<String>> forms(Collection<String> words) {
        Map<String, List<String>> forms = new HashMap<>();
        words.forEach(word -> forms.put(word, new ArrayList<>(List.of(word))));
        try (InputStream dictionary = GeneratedPosts.class.getResourceAsStream(RESOURCES + "ru/russian.dict");
                InputStream format = GeneratedPosts.class.getResourceAsStream(RESOURCES + "ru/russian.info")) {
            for (WordData entry : new DictionaryLookup(Dictionary.read(dictionary, format))) {
                List<String> known = forms.get(entry.getStem().toString());
                if (known != null && known.size() < FORMS) {
                    known.add(entry.getWord().toString());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return forms;
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
        if (kind < 4) {
            return topicWord(random, topic);
        }
        return random.nextInt(NAMES_APART) == 0
                ? name(zipf(random, NAMES))
                : form(random, zipf(random, russian.size()));
    }

    /** A word that no dictionary has. */
    private String name(int number) {
        String end = russian.get(number * 31 % russian.size());
        return russian.get(NAMES + number) + end.substring(end.length() / 2);
    }

    private String topicWord(Random random, int topic) {
        return form(random, (1_000 + topic * 61 + zipf(random, TOPIC_WORDS) * 127) % russian.size());
    }

    private String form(Random random, int word) {
        List<String> all = forms.get(russian.get(word));
        return all.get(zipf(random, all.size()));
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
