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
            полгода полчаса год-два сутки век десятилетие период срок дата момент минимум максимум среднее остаток доля треть четверть
            сантиметр метр километр градус грамм килограмм литр тонна ложка щепотка стакан балл очко рубль копейка цифра номер
            имя название фамилия адрес телефон почта запись заметка текст абзац заголовок строка фраза цитата ответ просьба
            мнение взгляд совет секрет план попытка ситуация состояние обзор вывод польза вред плюс минус смысл роль значение
            внимание интерес желание надежда опыт знание умение навык стиль форма образ сущность признак свойство элемент
            предмет вещь штука объект деталь пункт этап шаг фаза стадия очередь серия группа команда член участник сотрудник
            коллега начальник хозяин парень девушка мужчина женщина ребенок сын дочь мать отец мама папа брат сестра внук внучка
            бабушка дедушка семья народ общество лицо глаз рука нога голова сердце тело голос
            дно верх низ край угол центр середина область район территория пространство улица площадь этаж зал комната стена
            дверь окно стол стул дорога путь направление движение ход темп скорость уход приход выход вход путь возврат рост
            падение снижение увеличение замена отмена потеря победа поражение успех неудача ошибка сложность трудность
            необходимость потребность требование предложение запрос заказ цена стоимость сумма деньги расход доход бюджет
            схема модель структура устройство механизм техника технология метод методика средство материал ресурс источник
            вещество сила мощь энергия эффект влияние воздействие связь отношение сравнение разница различие сходство
            производитель поставщик покупатель клиент посетитель гость житель специалист эксперт исследователь аналитик
            ученый критик исследование наблюдение эксперимент событие происшествие явление сезон
            уровня уровни уровней конца концы порядка порядки списка списки остатка остатки участка участки куска куски отца подхода
            недели неделе месяцы годы веков детей людям людьми стороны рук глаза покупателя жителей жители
            january february march april may june july august september october november december
            monday tuesday wednesday thursday friday saturday sunday
            time year years day days week weeks month months hour hours minute minutes second seconds morning evening people
            person man woman guy thing things way ways lot part parts case problem issue question answer result results work
            news post posts channel topic number level kind type moment place side word words example fact idea story world life
            company team user users developer developers author friend version release update updates feature features support
            help solution option process goal task change changes approach choice set list article link details comment comments
            video photo picture page site service project product tool tools system reason base order end start half pair
            percent dollar dollars euro point line bit step tip tips
            minute century decade period term date weekend night noon midnight half-life minimum maximum average rest share third
            quarter metre meter kilometre kilometer mile inch foot degree gram kilogram litre liter tonne ton spoon pinch cup
            figure name title address phone mail note text paragraph sentence phrase quote request opinion view advice secret
            plan attempt situation state review conclusion benefit sense role meaning attention interest wish hope experience
            knowledge skill style form image sign property element object piece item stage series group member participant staff
            colleague boss owner boy girl child kid son daughter mother father mom dad brother sister grandmother family
            public face eye hand arm leg head heart body voice finger
            bottom top edge corner center centre middle area zone space floor room wall door window desk chair road path
            direction move pace speed exit entry return growth loss win success failure mistake error trouble
            need demand offer order price cost sum money spending budget scheme structure device method technique means material
            resource source effect impact influence link relation comparison difference
            maker supplier customer client visitor guest expert analyst researcher engineer critic study experiment event season
            breakfast lunch dinner comparison surprise detail lesson habit chance luck fun joke
            """;

    private final Set<String> stems;

    GenericWords(TextAnalysis analysis) {
        this.stems = analysis.tokens(NOUNS).stream().map(Token::stem).collect(Collectors.toUnmodifiableSet());
    }

    boolean contains(String stem) {
        return stems.contains(stem);
    }
}
