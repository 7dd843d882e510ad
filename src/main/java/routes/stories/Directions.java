package routes.stories;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Verbs that exclude each other: texts about a rise and a fall of a rate are not one story. */
final class Directions {
    /** Base forms of the dictionary. In each line, the sets exclude each other for the same event. */
    private static final List<List<Set<String>>> EXCLUSIVE =
            """
            поднять повысить увеличить вырасти подорожать raise rise increase climb hike \
                / понизить снизить снизиться уменьшить сократить упасть подешеветь cut fall lower decrease drop \
                / сохранить keep hold unchanged
            открыть открыться заработать запустить возобновить open reopen resume \
                / закрыть закрыться приостановить close shut suspend
            принять одобрить поддержать accept approve back / отклонить отвергнуть отказаться reject decline
            купить покупать приобрести buy acquire purchase / продать продавать sell
            show unveil preview показать представить / release ship выпустить
            investigate сбой outage расследовать / resolve restore восстановить устранить
            приговорить осудить получить sentence / обжаловать оспорить appeal
            обрушиться рухнуть обвалиться collapse / разобрать разбирать dismantle
            похитить украсть ограбить унести вынести steal rob / найти вернуть задержать recover arrest
            гореть загореться вспыхнуть / потушить ликвидировать
            """
                    .lines()
                    .map(line -> Stream.of(line.split(" +/ +"))
                            .map(words -> Set.of(words.split(" ")))
                            .toList())
                    .toList();

    private Directions() {}

    /** @param one and other: base forms of the words of two texts */
    static boolean contradict(Set<String> one, Set<String> other) {
        return EXCLUSIVE.stream().anyMatch(events -> {
            boolean isSaid = events.stream().anyMatch(words -> has(one, words))
                    && events.stream().anyMatch(words -> has(other, words));
            return isSaid && events.stream().noneMatch(words -> has(one, words) && has(other, words));
        });
    }

    private static boolean has(Set<String> keys, Set<String> words) {
        return words.stream().anyMatch(keys::contains);
    }
}
