package routes.digests;

import java.util.stream.Collectors;

/** A digest as plain text: sentences with the numbers of their sources, then the sources with their links. */
final class DigestText {
    private DigestText() {}

    static String of(DigestBody body) {
        StringBuilder text = new StringBuilder();
        for (DigestBody.Group group : body.groups()) {
            if (group.topic() != null) {
                text.append(group.topic()).append("\n\n");
            }
            for (DigestBody.Item item : group.items()) {
                text.append(
                        item.sentences().stream().map(DigestText::cited).collect(Collectors.joining(" ", "• ", "\n")));
            }
            text.append('\n');
        }
        for (DigestBody.Source source : body.sources()) {
            text.append('[').append(source.n()).append("] ").append(source.channel());
            if (source.link() != null) {
                text.append(' ').append(source.link());
            }
            text.append('\n');
        }
        return text.toString().strip();
    }

    private static String cited(DigestBody.Sentence sentence) {
        return sentence.text()
                + sentence.citations().stream().map(n -> " [" + n + "]").collect(Collectors.joining());
    }
}
