package routes.tagging.local;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import routes.text.Token;

/** Words that follow each other without punctuation, links, mentions or emoji between them: what a phrase can be taken from. */
final class Runs {
    private static final Pattern WITHIN = Pattern.compile("[ \\u00a0\\t‑-]*");

    private Runs() {}

    static List<List<Token>> of(List<Token> tokens, String text) {
        List<List<Token>> runs = new ArrayList<>();
        List<Token> run = new ArrayList<>();
        for (Token token : tokens) {
            boolean word = token.isContent() || token.stopWord() && token.kind() == Token.Kind.WORD;
            if (!run.isEmpty()) {
                int end = run.get(run.size() - 1).end();
                boolean joined =
                        WITHIN.matcher(text.substring(end, token.start())).matches();
                if (!word || !joined) {
                    runs.add(run);
                    run = new ArrayList<>();
                }
            }
            if (word) {
                run.add(token);
            }
        }
        if (!run.isEmpty()) {
            runs.add(run);
        }
        return runs;
    }

    static String key(List<Token> words) {
        return words.stream().map(Token::stem).collect(Collectors.joining(" "));
    }
}
