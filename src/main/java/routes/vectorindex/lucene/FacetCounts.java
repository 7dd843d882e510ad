package routes.vectorindex.lucene;

import java.io.IOException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import routes.vectorindex.VectorIndex.Facets;
import routes.vectorindex.words.TagCounts;

/** Counts the matching posts by channel, tag and month. */
final class FacetCounts extends SimpleCollector {
    private final Map<String, Integer> channels = new HashMap<>();
    /** Key and form of a tag; see {@link PointDocument#TAG_FORMS}. */
    private final Map<String, Integer> forms = new TreeMap<>();

    private final Map<YearMonth, Integer> months = new TreeMap<>();
    /** Cached, because consecutive hits often have the same month. */
    private YearMonth month = YearMonth.of(1970, 1);

    private long monthStart = Long.MAX_VALUE;
    private long monthEnd = Long.MIN_VALUE;
    private Counts leaf;

    /** Counts within a segment, by the segment's ordinals. */
    private final class Counts {
        final SortedDocValues channel;
        final SortedSetDocValues tag;
        final NumericDocValues postedAt;
        final int[] channelCounts;
        final int[] tagCounts;

        Counts(LeafReader reader) throws IOException {
            channel = DocValues.getSorted(reader, PointDocument.CHANNEL);
            tag = DocValues.getSortedSet(reader, PointDocument.TAG_FORMS);
            postedAt = DocValues.getNumeric(reader, PointDocument.POSTED_AT);
            channelCounts = new int[channel.getValueCount()];
            tagCounts = new int[Math.toIntExact(tag.getValueCount())];
        }

        void add(int doc) throws IOException {
            if (channel.advanceExact(doc)) {
                channelCounts[channel.ordValue()]++;
            }
            if (tag.advanceExact(doc)) {
                for (int i = 0; i < tag.docValueCount(); i++) {
                    tagCounts[(int) tag.nextOrd()]++;
                }
            }
            if (postedAt.advanceExact(doc)) {
                months.merge(month(postedAt.longValue()), 1, Integer::sum);
            }
        }

        void sum() throws IOException {
            for (int i = 0; i < channelCounts.length; i++) {
                if (channelCounts[i] > 0) {
                    channels.merge(channel.lookupOrd(i).utf8ToString(), channelCounts[i], Integer::sum);
                }
            }
            for (int i = 0; i < tagCounts.length; i++) {
                if (tagCounts[i] > 0) {
                    forms.merge(tag.lookupOrd(i).utf8ToString(), tagCounts[i], Integer::sum);
                }
            }
        }
    }

    @Override
    protected void doSetNextReader(LeafReaderContext context) throws IOException {
        leaf = new Counts(context.reader());
    }

    @Override
    public void collect(int doc) throws IOException {
        leaf.add(doc);
    }

    @Override
    public void finish() throws IOException {
        leaf.sum();
    }

    @Override
    public ScoreMode scoreMode() {
        return ScoreMode.COMPLETE_NO_SCORES;
    }

    private YearMonth month(long millis) {
        if (millis < monthStart || millis >= monthEnd) {
            month = YearMonth.from(Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC));
            monthStart = month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
            monthEnd = month.plusMonths(1)
                    .atDay(1)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant()
                    .toEpochMilli();
        }
        return month;
    }

    Facets result(int mostTags) {
        TagCounts tags = new TagCounts();
        forms.forEach((value, count) -> {
            int end = value.indexOf(PointDocument.FORM);
            tags.add(value.substring(0, end), value.substring(end + 1), count);
        });
        Map<UUID, Integer> byChannel = new HashMap<>();
        channels.forEach((id, count) -> byChannel.put(UUID.fromString(id), count));
        return new Facets(byChannel, tags.most(mostTags), months);
    }
}
