package routes.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import routes.api.http.Cursor;

/** Filters the posts of a user's channels; null for no restriction. */
record PostFilter(String taggingStatus, UUID channel, String tag, String text, Period period) {
    static final PostFilter NONE = new PostFilter(null, null, null, null, new Period(null, null));

    /** PostgreSQL regular expression prefix: the rest is matched literally. */
    private static final String LITERAL = "***=";

    /** SQL that normalises case and ё to е. Uses ICU because the locale of the database may not handle Russian. */
    static String sameTag(String expression) {
        return "translate(lower(" + expression + " COLLATE \"und-x-icu\"), 'ё', 'е')";
    }

    /** The scope that cursors of this list are bound to. */
    String scope(long user) {
        return "posts "
                + List.of(
                        user,
                        text(taggingStatus),
                        text(channel),
                        text(tag),
                        text(text),
                        text(period.from()),
                        text(period.to()));
    }

    /** Conditions on {@code posts p}, each beginning with AND. Parameters: {@link #values}, and {@code forms} of the tag. */
    String conditions(Optional<Cursor> after) {
        var conditions = new ArrayList<String>();
        after.ifPresent(place -> conditions.add("(p.posted_at, p.number) < (CAST(:time AS timestamptz), :number)"));
        if (taggingStatus != null) {
            conditions.add("p.tagging_status = :status");
        }
        if (channel != null) {
            conditions.add("p.channel_id = :channel");
        }
        if (tag != null) {
            // A scalar subquery: PostgreSQL would turn EXISTS into a join that reads all tags once per channel.
            conditions.add(
                    """
                    (SELECT jsonb_exists_any(%s::jsonb, CAST(:forms AS text[]))
                     FROM post_enrichment e WHERE e.post_id = p.id AND e.kind = 'tags')
                    """
                            .formatted(sameTag("(e.data -> 'tags')::text")));
        }
        if (text != null) {
            // three times as fast as ILIKE
            conditions.add(
                    "(p.content COLLATE \"und-x-icu\" ~* :text OR p.attachment_text COLLATE \"und-x-icu\" ~* :text)");
        }
        if (period.from() != null) {
            conditions.add("p.posted_at >= CAST(:from AS timestamptz)");
        }
        if (period.to() != null) {
            conditions.add("p.posted_at < CAST(:to AS timestamptz)");
        }
        return conditions.stream().map(condition -> " AND " + condition).reduce("", String::concat);
    }

    Map<String, Object> values(Optional<Cursor> after) {
        var values = new HashMap<String, Object>();
        after.ifPresent(place -> {
            values.put("time", place.time().toString());
            values.put("number", place.number());
        });
        values.put("status", taggingStatus);
        values.put("channel", channel);
        values.put("text", LITERAL + text);
        values.put("from", period.from() == null ? null : period.from().toString());
        values.put("to", period.to() == null ? null : period.to().toString());
        return values;
    }

    private static String text(Object value) {
        return value == null ? "" : "=" + value;
    }
}
