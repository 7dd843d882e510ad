package routes.answers;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;
import routes.answers.AnswerTask.Draft;
import routes.answers.Passages.Found;
import routes.answers.Terms.Term;
import routes.interests.Interests;
import routes.text.Language;

/** Selects the passages for each intent. */
@Component
record Subjects(
        Passages passages,
        Conversations conversations,
        Interests interests,
        Terms terms,
        AnswerProperties properties,
        Clock clock) {
    private static final Duration TREND_PERIOD = Duration.ofDays(7);
    private static final int TRENDS = 5;
    private static final int INTERESTS = 3;
    /** Number of posts in a list or a digest, unless the question sets a limit. */
    private static final int LIST = 8;

    /**
     * The input for an answer.
     *
     * @param counted sentences computed by counting; empty for other intents
     * @param nearest posts that may interest the reader if nothing answers the question
     * @param period the period of the posts, as text; null for no restriction
     * @param channels number of channels searched
     */
    record Chosen(
            List<Passage> passages,
            List<Term> subject,
            List<Passage> nearest,
            List<Draft> counted,
            String period,
            int channels,
            boolean isWithoutInterests) {

        /** Creates a selection without a subject. */
        private static Chosen of(
                Question question,
                List<Passage> passages,
                List<Draft> counted,
                String period,
                boolean isWithoutInterests) {
            int channels = question.channelIds().size();
            return new Chosen(passages, List.of(), List.of(), counted, period, channels, isWithoutInterests);
        }
    }

    Chosen choose(Question asked, Intent intent) {
        Period period = Period.of(asked.text(), clock.instant());
        Question question = asked.within(period);
        String topic = intent.topic(period.rest());
        boolean hasSubject = !terms.ownSubject(topic).isEmpty();
        int most = question.limit() > 0 ? question.limit() : intent == Intent.ASK ? properties.maxSources() : LIST;
        Instant last = period.to() == null ? clock.instant() : period.to().minusMillis(1);
        String shown = period.from() == null ? null : day(period.from()) + " – " + day(last);
        if (intent == Intent.TREND) {
            return trends(question, shown);
        }
        if (intent == Intent.RECOMMEND && !hasSubject) {
            return recommended(question, most, shown);
        }
        Found found;
        if (hasSubject || intent == Intent.ASK && !terms.subject(topic).isEmpty()) {
            found = passages.about(question, topic, most, properties.maxContext());
        } else if (intent == Intent.ASK) {
            found = new Found(List.of(), List.of(), List.of());
        } else {
            found = passages.newest(question, null, most, properties.maxContext(), intent == Intent.DIGEST);
        }
        return new Chosen(
                found.passages(),
                found.subject(),
                found.nearest(),
                List.of(),
                shown,
                question.channelIds().size(),
                false);
    }

    private static String day(Instant time) {
        return time.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }

    private Chosen recommended(Question question, int most, String period) {
        Set<Long> known = Set.copyOf(conversations.cited(question.userId()));
        List<Passage> chosen = new ArrayList<>();
        List<String> topics = interests.topics(question.userId(), INTERESTS);
        for (String topic : topics) {
            passages.newest(question, topic, most, properties.maxContext(), true).passages().stream()
                    .filter(passage -> !known.contains(passage.post().number()))
                    .filter(passage -> chosen.stream()
                            .noneMatch(
                                    one -> one.post().number() == passage.post().number()))
                    .limit(Math.max(1, most / INTERESTS))
                    .forEach(chosen::add);
        }
        boolean hasNone = chosen.isEmpty();
        if (hasNone) {
            chosen.addAll(passages.newest(question, null, most, properties.maxContext(), true)
                    .passages());
        }
        return Chosen.of(question, chosen, List.of(), period, hasNone);
    }

    private record Trend(String tag, int count, int before) {
        double growth() {
            return (count + 1.0) / (before + 1.0) * Math.sqrt(count);
        }
    }

    /**
     * Ranks the tags of the period, or of the last seven days with posts, by their growth compared with the preceding period of the
     * same length.
     */
    private Chosen trends(Question question, String period) {
        List<Passage> newest = passages.newest(question, null, 1, properties.maxContext(), false)
                .passages();
        if (newest.isEmpty()) {
            return Chosen.of(question, List.of(), List.of(), period, false);
        }
        Instant end = question.to() == null ? newest.get(0).post().postedAt().plusSeconds(1) : question.to();
        Instant start = question.from() == null ? end.minus(TREND_PERIOD) : question.from();
        Question now = question.between(start, end);
        Map<String, Integer> counts = passages.tags(now);
        Map<String, Integer> before = passages.tags(question.between(start.minus(Duration.between(start, end)), start));
        List<Trend> trends = counts.entrySet().stream()
                .map(tag -> new Trend(tag.getKey(), tag.getValue(), before.getOrDefault(tag.getKey(), 0)))
                .filter(trend -> trend.count() > 1)
                .sorted(Comparator.comparingDouble(Trend::growth).reversed().thenComparing(Trend::tag))
                .limit(TRENDS)
                .toList();
        List<Passage> chosen = new ArrayList<>();
        List<Draft> counted = new ArrayList<>();
        Language language = Language.of(question.text());
        for (Trend trend : trends) {
            List<Integer> cited = new ArrayList<>();
            for (Passage passage : passages.newest(now, trend.tag(), 2, properties.maxContext(), true)
                    .passages()) {
                cited.add(chosen.size());
                chosen.add(passage);
            }
            String text = language == Language.RU
                    ? "Тег «%s»: постов %d, за такое же время до этого %d."
                    : "The tag “%s”: %d posts, compared to %d in the preceding period of the same length.";
            counted.add(new Draft(text.formatted(trend.tag(), trend.count(), trend.before()), cited));
        }
        String read = day(start) + " – " + day(end.minusMillis(1));
        return Chosen.of(question, chosen, counted, read, false);
    }
}
