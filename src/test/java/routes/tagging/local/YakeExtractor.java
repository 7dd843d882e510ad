package routes.tagging.local;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import routes.text.TextAnalysis;
import routes.text.Token;

/**
 * YAKE! to compare with, after its paper (Campos et al., Information Sciences 509, 2020): casing, position, frequency,
 * relatedness to context and spread over sentences, window of one word. Instead of words their stems, and instead of string
 * distance a phrase is redundant if a better one holds all its stems or the other way round. Lower scores are better.
 */
final class YakeExtractor {
    private static final Pattern SENTENCE_END = Pattern.compile("[.!?…\\n]");

    private final TextAnalysis analysis;

    YakeExtractor(TextAnalysis analysis) {
        this.analysis = analysis;
    }

    private static final class Term {
        int frequency;
        int capitals;
        int acronyms;
        final List<Integer> sentences = new ArrayList<>();
        final Map<String, Integer> left = new HashMap<>();
        final Map<String, Integer> right = new HashMap<>();
    }

    private record Phrase(String surface, List<String> stems, double score) {}

    List<String> tags(String text, CorpusSnapshot unused, int max) {
        List<Token> tokens = analysis.tokens(text);
        List<List<Token>> runs = Runs.of(tokens, text);
        Map<String, Term> terms = terms(text, runs);
        Map<String, Double> weights = weights(terms);
        Map<String, List<Token>> first = new LinkedHashMap<>();
        Map<String, Integer> frequencies = new HashMap<>();
        for (List<Token> run : runs) {
            for (int from = 0; from < run.size(); from++) {
                for (int to = from; to < Math.min(run.size(), from + 3); to++) {
                    if (run.get(from).isContent() && run.get(to).isContent()) {
                        List<Token> words = run.subList(from, to + 1);
                        first.putIfAbsent(Runs.key(words), words);
                        frequencies.merge(Runs.key(words), 1, Integer::sum);
                    }
                }
            }
        }
        List<Phrase> phrases = new ArrayList<>();
        first.forEach((key, words) -> {
            double product = 1;
            double sum = 0;
            for (Token word : words) {
                double weight = weights.get(word.stem());
                product *= word.stopWord() ? 1 : weight; // the paper's treatment of stop words inside, simplified
                sum += word.stopWord() ? 0 : weight;
            }
            String surface = text.substring(
                    words.get(0).start(), words.get(words.size() - 1).end());
            phrases.add(new Phrase(
                    surface, words.stream().map(Token::stem).toList(), product / (frequencies.get(key) * (1 + sum))));
        });
        phrases.sort(Comparator.comparingDouble(Phrase::score));
        List<Phrase> chosen = new ArrayList<>();
        for (Phrase phrase : phrases) {
            if (chosen.size() < max
                    && chosen.stream()
                            .noneMatch(better -> better.stems().containsAll(phrase.stems())
                                    || phrase.stems().containsAll(better.stems()))) {
                chosen.add(phrase);
            }
        }
        return chosen.stream().map(Phrase::surface).toList();
    }

    private static Map<String, Term> terms(String text, List<List<Token>> runs) {
        Map<String, Term> terms = new LinkedHashMap<>();
        int sentence = 0;
        int end = 0;
        for (List<Token> run : runs) {
            boolean start = end == 0;
            if (SENTENCE_END.matcher(text.substring(end, run.get(0).start())).find()) {
                sentence++;
                start = true;
            }
            String before = null;
            for (Token token : run) {
                String surface = text.substring(token.start(), token.end());
                Term term = terms.computeIfAbsent(token.stem(), stem -> new Term());
                term.frequency++;
                boolean acronym = surface.length() > 1 && surface.equals(surface.toUpperCase(java.util.Locale.ROOT));
                term.acronyms += acronym ? 1 : 0;
                term.capitals += !start && Character.isUpperCase(surface.charAt(0)) ? 1 : 0;
                term.sentences.add(sentence);
                if (before != null) {
                    term.left.merge(before, 1, Integer::sum);
                    terms.get(before).right.merge(token.stem(), 1, Integer::sum);
                }
                before = token.stem();
                start = false;
            }
            end = run.get(run.size() - 1).end();
        }
        return terms;
    }

    private static Map<String, Double> weights(Map<String, Term> terms) {
        double[] counts =
                terms.values().stream().mapToDouble(term -> term.frequency).toArray();
        double mean = java.util.Arrays.stream(counts).average().orElse(1);
        double deviation = Math.sqrt(java.util.Arrays.stream(counts)
                .map(count -> (count - mean) * (count - mean))
                .average()
                .orElse(0));
        double most = java.util.Arrays.stream(counts).max().orElse(1);
        Set<Integer> sentences = new HashSet<>();
        terms.values().forEach(term -> sentences.addAll(term.sentences));
        Map<String, Double> weights = new HashMap<>();
        terms.forEach((stem, term) -> {
            double casing = Math.max(term.acronyms, term.capitals) / (1 + StrictMath.log(term.frequency));
            double position = StrictMath.log(3 + StrictMath.log(1 + term.sentences.get(term.sentences.size() / 2)));
            double frequency = term.frequency / (mean + deviation);
            double relatedness = 1 + (variety(term.left) + variety(term.right)) * term.frequency / most;
            double spread = (double) new HashSet<>(term.sentences).size() / sentences.size();
            weights.put(stem, relatedness * position / (casing + frequency / relatedness + spread / relatedness));
        });
        return weights;
    }

    private static double variety(Map<String, Integer> neighbours) {
        int all = neighbours.values().stream().mapToInt(Integer::intValue).sum();
        return all == 0 ? 0 : (double) neighbours.size() / all;
    }
}
