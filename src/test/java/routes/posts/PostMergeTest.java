package routes.posts;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.posts.SamplePosts.counted;
import static routes.posts.SamplePosts.linking;
import static routes.posts.SamplePosts.missingPhoto;
import static routes.posts.SamplePosts.photo;
import static routes.posts.SamplePosts.post;
import static routes.posts.SamplePosts.version;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import routes.events.TextEntity;
import routes.posts.Post.Counters;
import routes.posts.PostMerge.Outcome;
import routes.posts.PostTable.StoredPost;

class PostMergeTest {

    @Test
    void the_same_post_again_changes_nothing() {
        assertThat(merge(post(1, "текст"), post(1, "текст")).outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void an_edit_replaces_the_text_and_moves_the_version() {
        PostMerge merge = merge(post(1, "было"), version(1, 1762000000, "стало"));

        assertThat(merge.outcome()).isEqualTo(Outcome.EDITED);
        assertThat(merge.textChanged()).isTrue();
        assertThat(merge.post().text()).isEqualTo("стало");
        assertThat(merge.post().contentVersion()).isEqualTo(1762000000);
        assertThat(merge.post().edited()).isTrue();
    }

    @Test
    void an_older_version_never_overwrites_a_newer_one() {
        PostMerge merge = merge(version(1, 1762000000, "новое"), post(1, "старое"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(merge.post().text()).isEqualTo("новое");
    }

    @Test
    void versions_give_the_same_post_in_whatever_order_they_arrive() {
        Post first = post(1, "один");
        Post second = version(1, 100, "два");
        Post third = version(1, 200, "три");

        Post forward = merge(merge(first, second).post(), third).post();
        Post backward = merge(merge(third, second).post(), first).post();

        assertThat(forward.text()).isEqualTo(backward.text()).isEqualTo("три");
        assertThat(forward.contentVersion())
                .isEqualTo(backward.contentVersion())
                .isEqualTo(200);
    }

    @Test
    void empty_content_never_replaces_text() {
        PostMerge merge = merge(linking(1, 0, "подпись", "https://example.org/a"), version(1, 100, " "));

        assertThat(merge.outcome()).isEqualTo(Outcome.UPDATED);
        assertThat(merge.post().text()).isEqualTo("подпись");
        assertThat(merge.post().urls()).containsExactly("https://example.org/a");
    }

    @Test
    void an_edit_time_without_new_content_is_no_edit() {
        PostMerge merge = merge(post(1, "текст"), version(1, 100, "текст"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UPDATED);
        assertThat(merge.post().contentVersion()).isZero();
        assertThat(merge.post().editedAt()).hasToString("1970-01-01T00:01:40Z");
    }

    @Test
    void a_new_link_behind_the_same_text_is_an_edit_that_keeps_no_old_text() {
        PostMerge merge = merge(
                linking(1, 0, "читать", "https://example.org/a"), linking(1, 100, "читать", "https://example.org/b"));

        assertThat(merge.outcome()).isEqualTo(Outcome.EDITED);
        assertThat(merge.textChanged()).isFalse();
    }

    @Test
    void another_text_of_the_same_version_is_not_taken() {
        assertThat(merge(post(1, "один"), post(1, "другой")).outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void text_that_was_missing_is_filled() {
        PostMerge merge = merge(post(1, ""), post(1, "текст"));

        assertThat(merge.outcome()).isEqualTo(Outcome.EDITED);
        assertThat(merge.textChanged()).isFalse();
        assertThat(merge.post().text()).isEqualTo("текст");
    }

    @Test
    void counters_never_go_down() {
        PostMerge merge = merge(counted(1, "текст", 100, 3), counted(1, "текст", 90, 4));

        assertThat(merge.outcome()).isEqualTo(Outcome.UPDATED);
        assertThat(merge.post().counters()).isEqualTo(new Counters(100, 0, 4, 0));
    }

    @Test
    void a_file_that_was_missing_is_taken_without_an_edit() {
        PostMerge merge = merge(missingPhoto(1, "фото", "photo.jpg"), photo(1, "фото", null, "aa"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UPDATED);
        assertThat(merge.mediaChanged()).isTrue();
    }

    @Test
    void a_file_that_is_missing_now_stays() {
        PostMerge merge = merge(photo(1, "фото", null, "aa"), missingPhoto(1, "фото", "photo.jpg"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(merge.post().sha256List()).containsExactly(SamplePosts.sha256("aa"));
    }

    @Test
    void a_post_keeps_the_album_it_is_in() {
        assertThat(merge(photo(1, "", 7L, "aa"), photo(1, "", 9L, "aa")).post().groupedId())
                .isEqualTo(7);
        assertThat(merge(photo(1, "", 7L, "aa"), photo(1, "", null, "aa"))
                        .post()
                        .groupedId())
                .isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource
    void a_deleted_post_stays_as_it_is_whatever_an_event_says(DeletionReason reason) {
        PostMerge merge = PostMerge.of(stored(post(1, "было"), reason), version(1, 100, "стало"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TELEGRAM")
    void a_post_that_somebody_deleted_or_that_expired_does_not_come_back_from_its_channel(DeletionReason reason) {
        PostMerge merge = PostMerge.seen(stored(post(1, "было"), reason), version(1, 100, "стало"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void a_post_that_was_only_missing_in_its_channel_is_back_when_it_is_seen_there() {
        PostMerge merge =
                PostMerge.seen(stored(post(1, ""), DeletionReason.TELEGRAM), linking(1, 0, "текст", "https://a.org"));

        assertThat(merge.outcome()).isEqualTo(Outcome.RESTORED);
        assertThat(merge.post().text()).isEqualTo("текст");
        assertThat(merge.post().urls()).containsExactly("https://a.org");
        assertThat(merge.textChanged()).as("there is no old text to keep").isFalse();
    }

    @Test
    void an_older_version_does_not_prove_that_a_deleted_post_is_back() {
        PostMerge merge =
                PostMerge.seen(stored(version(1, 200, ""), DeletionReason.TELEGRAM), version(1, 100, "старое"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void formatting_alone_is_stored_and_starts_nothing() {
        Post old = post(1, "текст");
        Post bold = formatted(version(1, 100, "текст"), TextEntity.of("bold", 0, 5));

        PostMerge merge = merge(old, bold);

        assertThat(merge.outcome()).isEqualTo(Outcome.UPDATED);
        assertThat(merge.versionMoved()).isFalse();
        assertThat(merge.post().entities()).isEqualTo(bold.entities());
        assertThat(merge(merge.post(), formatted(old)).post().entities())
                .as("an older formatting never replaces a newer one")
                .isEqualTo(bold.entities());
    }

    @Test
    void who_does_not_know_the_formatting_does_not_take_it_away() {
        Post bold = formatted(post(1, "текст"), TextEntity.of("bold", 0, 5));

        assertThat(merge(bold, version(1, 0, "текст")).outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(merge(bold, version(1, 100, "другой текст")).post().entities())
                .as("it was of another text")
                .isNull();
    }

    @Test
    void another_text_of_an_attachment_is_an_edit() {
        Post poll = said(post(1, ""), "Кто идёт?");

        PostMerge merge = merge(poll, said(version(1, 100, ""), "Кто едет?"));

        assertThat(merge.outcome()).isEqualTo(Outcome.EDITED);
        assertThat(merge.textChanged()).as("the old one is kept").isTrue();
        assertThat(merge.post().attachmentText()).isEqualTo("Кто едет?");
        assertThat(merge(merge.post(), poll).outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void the_words_of_an_attachment_that_were_not_read_before_are_filled() {
        PostMerge merge = merge(post(1, "подпись"), said(post(1, "подпись"), "Отчёт.pdf"));

        assertThat(merge.outcome()).isEqualTo(Outcome.EDITED);
        assertThat(merge.textChanged()).isFalse();
    }

    @Test
    void the_words_of_a_poll_move_out_of_the_text_that_held_them_without_work() {
        Post old = post(1, "подпись\nКто идёт?\nя\nникто");

        PostMerge merge = merge(old, said(post(1, "подпись"), "Кто идёт?\nя\nникто"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UPDATED);
        assertThat(merge.post().text()).isEqualTo("подпись");
        assertThat(merge.post().allText()).isEqualTo(old.text());
        assertThat(merge.textChanged()).isFalse();
        assertThat(merge(post(1, "Кто идёт?"), said(post(1, ""), "Кто идёт?"))
                        .post()
                        .text())
                .isEmpty();
    }

    @Test
    void votes_and_reactions_never_go_down_and_a_stored_file_is_not_missing() {
        Post first = beside(post(1, "текст"), 5, 3, "aa");
        Post later = beside(post(1, "текст"), 7, 4, null);

        assertThat(merge(first, later).post().details())
                .isEqualTo(beside(first, 7, 4, "aa").details());
        assertThat(merge(later, first).post().details())
                .isEqualTo(beside(first, 7, 4, "aa").details());
    }

    private static Post formatted(Post post, TextEntity... entities) {
        return PostBuilder.builder(post).entities(List.of(entities)).build();
    }

    private static Post said(Post post, String attachment) {
        return PostBuilder.builder(post).attachmentText(attachment).build();
    }

    private static Post beside(Post post, int votes, int reactions, String file) {
        return PostBuilder.builder(post)
                .details(new Details(
                        List.of(new Details.Reaction("emoji", "👍", null, reactions)),
                        new Details.Poll("?", false, votes, List.of(new Details.Poll.Option("да", votes, false))),
                        List.of(new Details.Attachment("document", "a.pdf", file, file == null ? "missing" : null)),
                        null,
                        null,
                        null,
                        null))
                .build();
    }

    private static PostMerge merge(Post stored, Post arriving) {
        return PostMerge.of(stored(stored, null), arriving);
    }

    /** As a row comes back from the database: without what only events carry. */
    private static StoredPost stored(Post post, DeletionReason deleted) {
        Post row = PostBuilder.builder(post)
                .mediaKind(null)
                .skippedFiles(List.of())
                .build();
        return new StoredPost(new UUID(0, 1), deleted, "trace", row);
    }
}
