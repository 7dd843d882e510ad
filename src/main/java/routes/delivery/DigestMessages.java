package routes.delivery;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import routes.delivery.MessageText.Part;
import routes.digests.DigestBody;
import routes.digests.DigestBody.Group;
import routes.digests.DigestBody.Item;
import routes.digests.DigestBody.Sentence;
import routes.digests.DigestBody.Source;
import routes.digests.DigestTable.Digest;

/** Converts a digest to messages: each sentence with links to its posts, then the other posts of the story. */
final class DigestMessages {
    private DigestMessages() {}

    /** Returns an empty list if the digest has no stories. */
    static List<Part> of(Digest digest) {
        DigestBody body = digest.body();
        if (body == null || body.groups().isEmpty()) {
            return List.of();
        }
        BotTexts texts = BotTexts.in(body.language());
        Map<Integer, Source> sources =
                body.sources().stream().collect(Collectors.toMap(Source::n, Function.identity()));
        MessageText text = new MessageText()
                .block()
                .bold(texts.get("digest.title", day(digest.digestDate(), body.language())))
                .text(" · " + number(digest, texts));
        for (Group group : body.groups()) {
            boolean isFirst = true;
            for (Item item : group.items()) {
                text.block();
                if (isFirst && (group.topic() != null || body.groups().size() > 1)) {
                    // same block as the first story, so that no message ends with a heading
                    text.bold(group.topic() == null ? texts.get("digest.others") : group.topic())
                            .text("\n");
                }
                isFirst = false;
                item(item, sources, texts, text);
            }
        }
        return text.split();
    }

    static String number(Digest digest, BotTexts texts) {
        return texts.get("digest.number", Long.toString(digest.id()));
    }

    static String day(LocalDate date, String language) {
        return date.format(DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(language.equals("ru") ? Locale.forLanguageTag("ru") : Locale.UK));
    }

    private static void item(Item item, Map<Integer, Source> sources, BotTexts texts, MessageText text) {
        text.text("• ");
        Set<Integer> cited = new HashSet<>();
        for (Sentence sentence : item.sentences()) {
            text.text(sentence.text());
            for (int n : sentence.citations()) {
                cited.add(n);
                link(text.text(" "), "[" + n + "]", sources.get(n));
            }
            text.text(" ");
        }
        List<Integer> others =
                item.sources().stream().filter(n -> !cited.contains(n)).toList();
        if (!others.isEmpty()) {
            text.text(texts.get("digest.also"));
            for (int n : others) {
                Source source = sources.get(n);
                link(text.text(" "), "[" + n + "] " + source.channel(), source);
            }
        }
    }

    private static void link(MessageText text, String label, Source source) {
        text.link(label, source.link(), source.postId());
    }
}
