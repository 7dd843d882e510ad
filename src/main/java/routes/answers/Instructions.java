package routes.answers;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import routes.text.SearchWords.Word;

/**
 * Detects sentences of posts that address the program that writes the answer: instructions to ignore rules, to answer in a certain
 * way, or to include a link. These sentences are left out of passages. This is the second line of defence; the first is that the
 * text of a post can only appear in an answer as a cited sentence without links.
 */
@Component
record Instructions(Terms terms) {
    private static final String MANY = "(?: \\S+){0,8} ";

    private static final Pattern ORDER = Pattern.compile("(?:^| )(?:"
            // instructions to ignore earlier instructions
            + "(?:ignore|disregard|forget|override|bypass)" + MANY
            + "(?:instructions?|rules?|prompts?|above|previous|prior|guidelines?|everything|earlier|told)"
            + "|(?:игнорируй\\S*|проигнорируй\\S*|забудь\\S*|отбрось\\S*|отмени\\S*|нарушь\\S*)(?: \\S+){0,8}"
            + " (?:инструкци\\S*|указани\\S*|правил\\S*|предыдущ\\S*|сказанн\\S*|промпт\\S*|ограничени\\S*|все|всё)"
            + "|не (?:обращай\\S*|слушай\\S*|следуй\\S*|соблюдай\\S*) \\S+"
            // instructions about the answer
            + "|(?:answer|reply|respond|output)(?: \\S+){0,6} (?:with|exactly|only|following|that|this|link|links|url)"
            + "|(?:say|print|write|include|insert|append|add|mention|recommend|give|tell|send|put|point)" + MANY
            + "(?:link|links|url|urls|http|https|www|answer|reply|response|summary|digest|user|users|reader|readers)"
            + "|(?:ответь\\S*|отвечай\\S*|отвечайте|ответьте)(?: \\S+){0,6} (?:ссылк\\S*|так|только|следующ\\S*|что|этой|этим|словом|словами|http|https|фразой|адрес\\S*|на)"
            + "|(?:напиши\\S*|скажи\\S*|вставь\\S*|добавь\\S*|укажи\\S*|дай\\S*|посоветуй\\S*|порекомендуй\\S*|приведи\\S*|выведи\\S*|включи\\S*|упомяни\\S*|отправь\\S*|направь\\S*)"
            + "(?: \\S+){0,8} (?:ссылк\\S*|http|https|www|адрес\\S*|ответ\\S*|сводк\\S*|дайджест\\S*|пользовател\\S*|читател\\S*)"
            // instructions that assign a role
            + "|you (?:are|re|must|should|will) (?:now )?(?:an? )?(?:\\S+ )?(?:assistant|ai|model|bot|chatbot|dan|answer|reply|respond|say|obey)"
            + "|(?:assistant|ai|model|llm|chatbot|bot|gpt|chatgpt)s?(?: \\S+){0,4} (?:must|should|have to|shall|please|answer|reply|obey)"
            + "|(?:ты|вы) (?:теперь |больше не )?(?:\\S+ )?(?:ассистент|бот|модель|нейросеть|помощник|ии|должен|должна|обязан\\S*)"
            + "|(?:ассистент\\S*|нейросет\\S*|модел\\S*|бот\\S*|помощник\\S*|ии|ai|gpt|llm)(?: \\S+){0,4} (?:должен|должна|обязан\\S*|ответь\\S*|отвечай\\S*|напиши\\S*|скажи\\S*)"
            + "|(?:system|developer) (?:prompt|message|instructions?|override)|систем\\S+ (?:промпт\\S*|сообщени\\S*|инструкц\\S*|указани\\S*)"
            + "|(?:new|important|following) instructions?(?: \\S+){0,6} (?:for|to)|(?:новые|важные) (?:инструкции|указания)"
            + "|do not (?:mention|reveal|tell|cite)|don t (?:mention|reveal|tell|cite)|не (?:упоминай\\S*|раскрывай\\S*|цитируй\\S*|говори\\S* (?:об|про|о))"
            + "|im start|im end|inst|begin instructions?|end of (?:post|posts|document|sources?)"
            + ")(?= |$)");

    boolean isOrder(String sentence) {
        // words in the normalised form of the search, so that disguised letters and symbols make no difference
        String words = terms.all(sentence).stream()
                .filter(word -> !word.joined())
                .map(Word::text)
                .collect(Collectors.joining(" "));
        return ORDER.matcher(words).find();
    }
}
