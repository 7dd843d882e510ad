package routes.api;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import routes.api.access.ApiDatabase;
import routes.text.NormalizedText;
import routes.text.TagKey;

/** The tags of the posts in the channels that a user reads. */
@Component
record TagStore(ApiDatabase database) {

    private static final int POSTS = 20_000;

    /** The number of posts with a tag. */
    record TagCount(String tag, long posts) {}

    /** @param form the tag as a post spells it */
    private record Form(String form, long posts) {}

    /**
     * Returns the most frequent tags. Tags with the same {@link TagKey} count as one tag, shown in its most frequent form. Only the newest
     * {@value #POSTS} posts count, so the result covers recent subjects and the query time stays bounded.
     *
     * @param filter selects the posts to count
     * @param prefix of one of the forms; null for no restriction
     */
    List<TagCount> most(User user, PostFilter filter, String prefix, int limit) {
        Map<String, List<Form>> tags =
                counted(user, filter).stream().collect(Collectors.groupingBy(form -> TagKey.of(form.form())));
        String wanted = prefix == null ? "" : NormalizedText.of(prefix);
        return tags.values().stream()
                .filter(forms -> forms.stream()
                        .anyMatch(form -> NormalizedText.of(form.form()).startsWith(wanted)))
                .map(forms -> new TagCount(
                        forms.get(0).form(),
                        forms.stream().mapToLong(Form::posts).sum()))
                .sorted(Comparator.comparingLong((TagCount tag) -> -tag.posts()).thenComparing(TagCount::tag))
                .limit(limit)
                .toList();
    }

    /**
     * Returns the tag of the filter and its other forms in the same posts, normalised as in the condition of {@link PostFilter}; null
     * without a tag.
     */
    String[] forms(User user, PostFilter filter) {
        if (filter.tag() == null) {
            return null;
        }
        String key = TagKey.of(filter.tag());
        Stream<String> others = counted(user, PostFilter.NONE).stream()
                .map(Form::form)
                .filter(form -> TagKey.of(form).equals(key));
        return Stream.concat(Stream.of(filter.tag()), others)
                .map(form -> form.toLowerCase(Locale.ROOT).replace('ё', 'е'))
                .distinct()
                .toArray(String[]::new);
    }

    /** Returns the most frequent first. */
    private List<Form> counted(User user, PostFilter filter) {
        return database.sql(
                        """
                        SELECT tag #>> '{}' AS form, count(*) AS posts
                        FROM (%s) p JOIN post_enrichment e ON e.post_id = p.id AND e.kind = 'tags',
                        jsonb_path_query(e.data, '$.tags[*]') tag
                        GROUP BY form
                        ORDER BY posts DESC, form
                        """
                                .formatted(filter.newest(Optional.empty())))
                .param("limit", POSTS)
                .param("tenant", user.tenantId())
                .param("user", user.id())
                .param("forms", forms(user, filter))
                .params(filter.values(Optional.empty()))
                .query(Form.class)
                .list();
    }
}
