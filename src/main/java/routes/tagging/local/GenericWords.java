package routes.tagging.local;

import java.util.Set;
import java.util.stream.Collectors;
import routes.text.TextAnalysis;
import routes.text.Token;

/** Nouns that fit any post and therefore name the subject of none. They may stand inside a phrase, not alone. */
final class GenericWords {
    private static final String NOUNS =
            """
            время год года лет день дня дней неделя неделю недели месяц месяца месяцев час часа часов минута минут секунд утро
            вечер раз человек люди людей случай часть дело вопрос проблема результат работа работы новость новости пост канал
            канале тема возможность количество уровень способ вид тип момент место сторона ряд слово слова пример итог факт идея
            смысл история мир жизнь компания команда пользователь пользователи разработчик автор друг версия выпуск релиз
            обновление поддержка помощь решение вариант процесс цель задача задачи изменение подход выбор набор список статья
            ссылка подборка подробность подробности детали комментарий видео фото картинка страница сайт сервис проект продукт
            функция инструмент система условие причина основа рамка число порядок конец начало половина пара штука рубль доллар
            евро процент тысяча тысяч миллион миллионов секунда размер формат читатель инструкция тег доступ понедельник вторник среда четверг пятница суббота воскресенье
            январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
            january february march april may june july august september october november december
            monday tuesday wednesday thursday friday saturday sunday
            time year years day days week weeks month months hour hours minute minutes second seconds morning evening people
            person man woman guy thing things way ways lot part parts case problem issue question answer result results work
            news post posts channel topic number level kind type moment place side word words example fact idea story world life
            company team user users developer developers author friend version release update updates feature features support
            help solution option process goal task change changes approach choice set list article link details comment comments
            video photo picture page site service project product tool tools system reason base order end start half pair
            percent dollar dollars euro point line bit step tip tips
            """;

    private final Set<String> stems;

    GenericWords(TextAnalysis analysis) {
        this.stems = analysis.tokens(NOUNS).stream().map(Token::stem).collect(Collectors.toUnmodifiableSet());
    }

    boolean contains(String stem) {
        return stems.contains(stem);
    }
}
