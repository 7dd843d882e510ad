package routes.answers;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import routes.text.Language;

/** The kinds of notes about an answer, with their texts in each language. */
enum NoteKind {
    NOTHING_FOUND(
            "В каналах, которые вы читаете, об этом ничего не нашлось.",
            "The channels that you read contain nothing about this."),
    NOT_ANSWERED(
            "Посты на эту тему есть, но ответа на вопрос в них нет. Ниже самые близкие.",
            "There are posts on the subject, but they do not answer the question. The closest ones are below."),
    ONE_CHANNEL("Об этом пишет только один канал: {0}.", "Only one channel says so: {0}."),
    SOURCES_DIFFER(
            "Источники расходятся: {0}. Приведены обе версии.", "The sources disagree: {0}. Both versions are shown."),
    UNCONFIRMED(
            "Часть предложений не подтверждена источниками; они отмечены.",
            "Some sentences are not confirmed by the sources; they are marked."),
    LEFT_OUT(
            "Предложения модели, которых нет в источниках, убраны: {0}.",
            "Sentences that the sources do not support were removed: {0}."),
    LINKS_REMOVED(
            "Из ответа убраны ссылки и имена, которые не ведут к источникам.",
            "Links and names that do not refer to the sources were removed from the answer."),
    INSTRUCTIONS_REMOVED(
            "В источниках есть фразы, обращённые к программе, которая отвечает. Они не использованы: {0}.",
            "The sources contain sentences that address the answering program. They were not used: {0}."),
    WITHOUT_MODEL(
            "Модель не ответила, поэтому ответ состоит из предложений самих постов.",
            "No model responded, so the answer consists of sentences from the posts."),
    BROKEN_OFF(
            "Модель прервалась, поэтому ответ может быть неполным.",
            "The model stopped early, so the answer may be incomplete."),
    PERIOD("Учтены посты за время: {0}.", "Posts from this period were used: {0}."),
    COMPLETED("Вопрос понят так: {0}", "The question was understood as: {0}"),
    THREAD_EXPIRED(
            "Прежний разговор закончен, вопрос понят сам по себе.",
            "The earlier conversation has expired; the question was understood without it."),
    NO_INTERESTS(
            "О ваших интересах пока ничего не известно, поэтому предложены самые читаемые из новых постов.",
            "Your interests are not known yet, so these are the most viewed new posts.");

    private final Map<Language, String> texts;

    NoteKind(String russian, String english) {
        this.texts = Map.of(Language.RU, russian, Language.EN, english);
    }

    String text(Language language, String detail) {
        return texts.get(language).replace("{0}", detail);
    }

    /** @param detail replaces the placeholder {0} */
    Answer.Note of(Language language, String detail, List<Integer> sources) {
        return new Answer.Note(name().toLowerCase(Locale.ROOT), text(language, detail), sources);
    }

    Answer.Note of(Language language) {
        return of(language, "", List.of());
    }
}
