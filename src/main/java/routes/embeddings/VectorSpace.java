package routes.embeddings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import routes.text.Language;

/**
 * What the similarities of a model mean, measured with sentences: models differ widely. e5 gives unrelated texts 0.75, others 0.1; an
 * English model knows nothing of Russian.
 *
 * @param noiseFloor the similarity that only one in twenty pairs of unrelated sentences exceeds
 * @param same the median similarity of two sentences that say the same in other words
 * @param trust by language, 0 to 1: whether the model finds the sentence with the same meaning among unrelated ones. 0 if it fails for
 *     half of them or more, 1 if for none
 */
public record VectorSpace(float noiseFloor, float same, Map<Language, Float> trust) {
    /** A sentence, and the same in other words. The pairs are about different things. */
    public record Pair(String one, String other) {}

    private static final List<Pair> PAIRS = List.of(
            new Pair(
                    "Центральный банк повысил ключевую ставку до шестнадцати процентов.",
                    "Регулятор сделал кредиты дороже: теперь ставка ЦБ 16 %."),
            new Pair(
                    "Рецепт борща: свёкла, капуста, картофель и немного чеснока.",
                    "Как сварить красный суп со свёклой и капустой."),
            new Pair(
                    "Хоккейный клуб выиграл третий матч подряд в овертайме.",
                    "Команда снова победила на льду, решающую шайбу забросили в дополнительное время."),
            new Pair(
                    "Новый телескоп снял туманность в созвездии Ориона.",
                    "Космическая обсерватория сфотографировала облако газа и пыли среди звёзд."),
            new Pair(
                    "Как пересадить фикус и не повредить корни?",
                    "Уход за комнатными растениями: меняем горшок на больший."),
            new Pair(
                    "Суд отложил рассмотрение дела о наследстве до весны.",
                    "Спор родственников об имуществе покойного перенесли на несколько месяцев."),
            new Pair(
                    "The compiler reports an error when a variable is unused.",
                    "The build fails if you declare something that your program never reads."),
            new Pair(
                    "Flights to Lisbon were delayed because of a strike.",
                    "A walkout of airport staff kept planes bound for Portugal on the ground."),
            new Pair(
                    "Her grandmother taught her to play the cello.",
                    "As a child she learned a string instrument from an old relative."),
            new Pair(
                    "A vaccine against malaria has passed the third phase of trials.",
                    "A large clinical study shows that the new shot protects from a mosquito-borne disease."),
            new Pair(
                    "Sheep graze on the northern slopes until October.",
                    "Flocks stay on the mountain pastures till autumn."),
            new Pair(
                    "The museum shows Dutch paintings of the seventeenth century.",
                    "An exhibition of old masters from Holland, Rembrandt among them."));

    public static List<Pair> pairs() {
        return PAIRS;
    }

    /** The space of a provider. */
    public static VectorSpace of(EmbeddingProvider provider) {
        return measured(provider::embed);
    }

    /** @param embed gives vectors of length 1; called once */
    private static VectorSpace measured(Function<List<String>, List<float[]>> embed) {
        List<float[]> vectors = embed.apply(
                Stream.concat(PAIRS.stream().map(Pair::one), PAIRS.stream().map(Pair::other))
                        .toList());
        List<float[]> ones = vectors.subList(0, PAIRS.size());
        List<float[]> others = vectors.subList(PAIRS.size(), vectors.size());
        float[] same = new float[PAIRS.size()];
        Map<Language, List<Boolean>> found = new EnumMap<>(Language.class);
        for (int i = 0; i < PAIRS.size(); i++) {
            float[] other = others.get(i);
            same[i] = cosine(ones.get(i), other);
            float own = same[i];
            boolean isNearest =
                    ones.stream().filter(one -> cosine(one, other) >= own).count() == 1;
            found.computeIfAbsent(Language.of(PAIRS.get(i).one()), language -> new ArrayList<>())
                    .add(isNearest);
        }
        Arrays.sort(same);
        Map<Language, Float> trust = new EnumMap<>(Language.class);
        found.forEach((language, each) -> {
            float share = (float) each.stream().filter(is -> is).count() / each.size();
            trust.put(language, Math.max(0, 2 * share - 1));
        });
        return new VectorSpace(noise(ones), same[same.length / 2], Map.copyOf(trust));
    }

    private static float noise(List<float[]> unrelated) {
        float[] similarities = new float[unrelated.size() * (unrelated.size() - 1) / 2];
        int pair = 0;
        for (int i = 0; i < unrelated.size(); i++) {
            for (int j = 0; j < i; j++) {
                similarities[pair++] = cosine(unrelated.get(i), unrelated.get(j));
            }
        }
        Arrays.sort(similarities);
        return Math.max(0, similarities[similarities.length * 19 / 20]);
    }

    private static float cosine(float[] one, float[] other) {
        float product = 0;
        for (int i = 0; i < one.length; i++) {
            product += one[i] * other[i];
        }
        return product;
    }
}
