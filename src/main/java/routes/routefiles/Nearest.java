package routes.routefiles;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Suggests the known name that was probably meant. */
public final class Nearest {

    private Nearest() {}

    /** Returns the name with the fewest edits, at most a third of its length; empty if none is that close. */
    public static Optional<String> to(String name, Collection<String> known) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return known.stream()
                .filter(candidate -> edits(wanted, candidate.toLowerCase(Locale.ROOT))
                        <= Math.max(1, Math.max(candidate.length(), wanted.length()) / 3))
                .min(Comparator.<String>comparingInt(candidate -> edits(wanted, candidate.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Returns the end of a message: {@code  (did you mean 'tagging'?)}, or an empty text. */
    public static String hint(String name, Collection<String> known) {
        return to(name, known).map(near -> " (did you mean '" + near + "'?)").orElse("");
    }

    /** Returns the number of insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance). */
    private static int edits(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                edits[i][j] = Math.min(replaced, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
