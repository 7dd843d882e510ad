package routes.embeddings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import routes.embeddings.EmbeddingProvider.Similarity;
import routes.text.Language;

/**
 * The meaning of a model's similarities in each language, measured with sentences, because models differ widely: e5 returns 0.75 for
 * unrelated texts, other models 0.1; an English model returns 0.65 for any two Russian texts.
 *
 * @param byLanguage unrelated is exceeded by only one in twenty pairs of sentences with different subjects; same is the median of two
 *     sentences with the same meaning; trust is derived from how often the model finds the sentence with the same meaning among the
 *     others: 0 if it fails for half of them or more, 1 if it never fails
 */
public record VectorSpace(Map<Language, Similarity> byLanguage) {
    /** A sentence, and the same statement in other words. The pairs have different subjects. */
    public record Pair(String one, String other) {}

    private static final List<Pair> PAIRS =
            """
            Центральный банк повысил ключевую ставку до шестнадцати процентов. | Регулятор сделал кредиты дороже: теперь ставка ЦБ 16 %.
            Рецепт борща: свёкла, капуста, картофель и немного чеснока. | Как сварить красный суп со свёклой и капустой.
            Хоккейный клуб выиграл третий матч подряд в овертайме. | Команда снова победила на льду, решающую шайбу забросили в дополнительное время.
            Новый телескоп снял туманность в созвездии Ориона. | Космическая обсерватория сфотографировала облако газа и пыли среди звёзд.
            Как пересадить фикус и не повредить корни? | Уход за комнатными растениями: меняем горшок на больший.
            Суд отложил рассмотрение дела о наследстве до весны. | Спор родственников об имуществе покойного перенесли на несколько месяцев.
            The compiler reports an error when a variable is unused. | The build fails if you declare something that your program never reads.
            Flights to Lisbon were delayed because of a strike. | A walkout of airport staff kept planes bound for Portugal on the ground.
            Her grandmother taught her to play the cello. | As a child she learned a string instrument from an old relative.
            A vaccine against malaria has passed the third phase of trials. | A large clinical study shows that the new shot protects from a mosquito-borne disease.
            Sheep graze on the northern slopes until October. | Flocks stay on the mountain pastures till autumn.
            The museum shows Dutch paintings of the seventeenth century. | An exhibition of old masters from Holland, Rembrandt among them.
            """
                    .lines()
                    .map(line -> line.split(" \\| "))
                    .map(pair -> new Pair(pair[0], pair[1]))
                    .toList();

    public static List<Pair> pairs() {
        return PAIRS;
    }

    /** @param noiseFloor replaces the measured value of {@code unrelated}; negative to use the measured value */
    Similarity of(Language language, float noiseFloor) {
        Similarity measured = byLanguage.get(language);
        return noiseFloor < 0 ? measured : new Similarity(noiseFloor, measured.same(), measured.trust());
    }

    /** @param embed returns vectors of length 1; called once */
    public static VectorSpace measured(Function<List<String>, List<float[]>> embed) {
        List<float[]> vectors = embed.apply(PAIRS.stream()
                .flatMap(pair -> Stream.of(pair.one(), pair.other()))
                .toList());
        Map<Language, List<float[]>> byLanguage = new EnumMap<>(Language.class);
        for (int i = 0; i < vectors.size(); i++) {
            byLanguage
                    .computeIfAbsent(Language.of(PAIRS.get(i / 2).one()), language -> new ArrayList<>())
                    .add(vectors.get(i));
        }
        Map<Language, Similarity> spaces = new EnumMap<>(Language.class);
        byLanguage.forEach((language, pairs) -> spaces.put(language, similarity(pairs)));
        return new VectorSpace(Map.copyOf(spaces));
    }

    /** @param vectors consecutive pairs of vectors with the same meaning */
    private static Similarity similarity(List<float[]> vectors) {
        List<Float> unrelated = new ArrayList<>();
        List<Float> same = new ArrayList<>();
        int found = 0;
        for (int i = 0; i < vectors.size(); i += 2) {
            float own = cosine(vectors.get(i), vectors.get(i + 1));
            same.add(own);
            boolean isNearest = true;
            for (int j = 0; j < vectors.size(); j++) {
                if (j / 2 != i / 2) {
                    isNearest &= j % 2 == 1 || cosine(vectors.get(j), vectors.get(i + 1)) < own;
                    if (j < i) {
                        unrelated.add(cosine(vectors.get(j), vectors.get(i)));
                        unrelated.add(cosine(vectors.get(j), vectors.get(i + 1)));
                    }
                }
            }
            found += isNearest ? 1 : 0;
        }
        Collections.sort(unrelated);
        Collections.sort(same);
        return new Similarity(
                Math.max(0, unrelated.get(unrelated.size() * 19 / 20)),
                same.get(same.size() / 2),
                Math.max(0, 2f * found / same.size() - 1));
    }

    private static float cosine(float[] one, float[] other) {
        float product = 0;
        for (int i = 0; i < one.length; i++) {
            product += one[i] * other[i];
        }
        return product;
    }
}
