package routes.stories;

import java.util.List;
import java.util.Set;

/** What happened, as far as few verbs say it: a rate that rose and a rate that fell are not one story. */
final class Directions {
    /** Of each line, only one can be true of the same event; base forms of the dictionary. */
    private static final List<List<Set<String>>> EXCLUSIVE = List.of(
            List.of(
                    Set.of(
                            "поднять",
                            "повысить",
                            "увеличить",
                            "вырасти",
                            "подорожать",
                            "raise",
                            "rise",
                            "increase",
                            "climb",
                            "hike"),
                    Set.of(
                            "понизить",
                            "снизить",
                            "снизиться",
                            "уменьшить",
                            "сократить",
                            "упасть",
                            "подешеветь",
                            "cut",
                            "fall",
                            "lower",
                            "decrease",
                            "drop"),
                    Set.of("сохранить", "keep", "hold", "unchanged")),
            List.of(
                    Set.of(
                            "открыть",
                            "открыться",
                            "заработать",
                            "запустить",
                            "возобновить",
                            "open",
                            "reopen",
                            "resume"),
                    Set.of("закрыть", "закрыться", "приостановить", "close", "shut", "suspend")),
            List.of(
                    Set.of("принять", "одобрить", "поддержать", "accept", "approve", "back"),
                    Set.of("отклонить", "отвергнуть", "отказаться", "reject", "decline")),
            List.of(
                    Set.of("купить", "покупать", "приобрести", "buy", "acquire", "purchase"),
                    Set.of("продать", "продавать", "sell")),
            List.of(
                    Set.of("show", "unveil", "preview", "показать", "представить"),
                    Set.of("release", "ship", "выпустить")),
            List.of(
                    Set.of("investigate", "сбой", "outage", "расследовать"),
                    Set.of("resolve", "restore", "восстановить", "устранить")),
            List.of(
                    Set.of("приговорить", "осудить", "получить", "sentence"),
                    Set.of("обжаловать", "оспорить", "appeal")),
            List.of(
                    Set.of("обрушиться", "рухнуть", "обвалиться", "collapse"),
                    Set.of("разобрать", "разбирать", "dismantle")),
            List.of(
                    Set.of("похитить", "украсть", "ограбить", "унести", "вынести", "steal", "rob"),
                    Set.of("найти", "вернуть", "задержать", "recover", "arrest")),
            List.of(Set.of("гореть", "загореться", "вспыхнуть"), Set.of("потушить", "ликвидировать")));

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
