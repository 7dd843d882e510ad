package routes.answers;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import routes.text.NormalizedText;

/** The intent of a question, detected from its words. The order of the constants is the order of the rules. */
public enum Intent {
    /** A summary of the posts of a period. */
    DIGEST(
            "дайджест\\w*|(краткая )?сводк\\w*|подведи итоги|итоги (за|дня|недели|месяца)|что (нового|интересного|произошло|случилось)"
                    + "|главн\\w+ (за|новости|события)|(перескажи|обобщи|резюмируй) (посты|новости|канал\\w*)",
            "digest|recap|round-?up|what(?:'s| is) new|what(?:'s| has| have)? (?:happened|been happening)"
                    + "|summar(?:y|i[sz]e) (?:of |the )?(?:posts|news|channels?|today|yesterday|(?:this|last|past) (?:day|week|month))"
                    + "|(?:top|main) (?:news|stories)"),
    /** Subjects that are mentioned more often than before. */
    TREND(
            "тренд\\w*|о чём чаще|о чем чаще|что (сейчас )?(обсуждают|популярно)|популярн\\w+ тем\\w*|чаще всего пишут"
                    + "|самые обсуждаемые|какие темы",
            "trends?|trending|(?:most )?popular (?:topics?|tags?|subjects?)|what (?:topics|are people (?:talking|writing) about)"
                    + "|hot topics?"),
    /** Recommended posts. */
    RECOMMEND(
            "посовету\\w+|порекоменду\\w+|рекоменд\\w+|что (бы )?(мне )?(по)?(читать|прочитать|посмотреть)|подбери|подскажи,? что почитать",
            "recommend\\w*|suggest (?:me |some |something |posts?)|what (?:should|can|could) i (?:read|look at)|worth reading"),
    /** A list of posts. */
    SEARCH(
            "(найди|найдите|покажи|покажите|ищи|поищи|отыщи|выведи|дай)(?= )(?: мне)?|где (писали|было|был пост)"
                    + "|(все |какие )?посты (про|о|об|по|с)|какие (есть )?посты",
            "(?:find|show|search(?: for)?|look up|list|give me)(?: me)?|(?:all |any |which )?posts (?:about|on|with|that)"),
    /** A question with a sentence as the answer. */
    ASK("", "");

    private final Pattern pattern;

    Intent(String russian, String english) {
        String any = russian + "|" + english;
        // search words count only at the beginning: "как найти полярную звезду" is a question
        String beginning =
                name().equals("SEARCH") ? "^(?:пожалуйста,? |please,? |can you |could you )?" : "(?<![\\p{L}\\p{N}])";
        this.pattern = any.equals("|")
                ? null
                : Pattern.compile(
                        beginning + "(?:" + any + ")(?![\\p{L}\\p{N}])",
                        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);
    }

    /** The value in the API and in metrics. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Intent of(String question) {
        String plain = NormalizedText.of(question);
        for (Intent intent : values()) {
            if (intent.pattern != null && intent.pattern.matcher(plain).find()) {
                return intent;
            }
        }
        return ASK;
    }

    /** Returns the question without the words that state the intent. */
    String topic(String question) {
        if (pattern == null) {
            return question;
        }
        Matcher words = pattern.matcher(question.replace('ё', 'е').replace('Ё', 'Е'));
        return words.replaceAll(" ").strip();
    }
}
