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
import routes.posts.PostMerge.Outcome;

class PostMergeTest {

    @Test
    void theSamePostAgainChangesNothing() {
        assertThat(merge(post(1, "текст"), post(1, "текст")).outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void anEditReplacesTheTextAndMovesTheVersion() {
        PostMerge merge = merge(post(1, "было"), version(1, 1762000000, "стало"));

        assertThat(merge.outcome()).isEqualTo(Outcome.EDITED);
        assertThat(merge.textChanged()).isTrue();
        assertThat(merge.post().text()).isEqualTo("стало");
        assertThat(merge.post().contentVersion()).isEqualTo(1762000000);
        assertThat(merge.post().edited()).isTrue();
    }

    @Test
    void anOlderVersionNeverOverwritesANewerOne() {
        PostMerge merge = merge(version(1, 1762000000, "новое"), post(1, "старое"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(merge.post().text()).isEqualTo("новое");
    }

    @Test
    void versionsGiveTheSamePostInWhateverOrderTheyArrive() {
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
    void emptyContentNeverReplacesText() {
        PostMerge merge = merge(linking(1, 0, "подпись", "https://example.org/a"), version(1, 100, " "));

        assertThat(merge.outcome()).isEqualTo(Outcome.UPDATED);
        assertThat(merge.post().text()).isEqualTo("подпись");
        assertThat(merge.post().urls()).containsExactly("https://example.org/a");
    }

    @Test
    void anEditTimeWithoutNewContentIsNoEdit() {
        PostMerge merge = merge(post(1, "текст"), version(1, 100, "текст"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UPDATED);
        assertThat(merge.post().contentVersion()).isZero();
        assertThat(merge.post().editedAt()).hasToString("1970-01-01T00:01:40Z");
    }

    @Test
    void aNewLinkBehindTheSameTextIsAnEditThatKeepsNoOldText() {
        PostMerge merge = merge(
                linking(1, 0, "читать", "https://example.org/a"), linking(1, 100, "читать", "https://example.org/b"));

        assertThat(merge.outcome()).isEqualTo(Outcome.EDITED);
        assertThat(merge.textChanged()).isFalse();
    }

    @Test
    void anotherTextOfTheSameVersionIsNotTaken() {
        assertThat(merge(post(1, "один"), post(1, "другой")).outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void textThatWasMissingIsFilled() {
        PostMerge merge = merge(post(1, ""), post(1, "текст"));

        assertThat(merge.outcome()).isEqualTo(Outcome.EDITED);
        assertThat(merge.textChanged()).isFalse();
        assertThat(merge.post().text()).isEqualTo("текст");
    }

    @Test
    void countersNeverGoDown() {
        PostMerge merge = merge(counted(1, "текст", 100, 3), counted(1, "текст", 90, 4));

        assertThat(merge.outcome()).isEqualTo(Outcome.UPDATED);
        assertThat(merge.post().counters()).isEqualTo(new Counters(100, 0, 4, 0));
    }

    @Test
    void aFileThatWasMissingIsTakenWithoutAnEdit() {
        PostMerge merge = merge(missingPhoto(1, "фото", "photo.jpg"), photo(1, "фото", null, "aa"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UPDATED);
        assertThat(merge.mediaChanged()).isTrue();
    }

    @Test
    void aFileThatIsMissingNowStays() {
        PostMerge merge = merge(photo(1, "фото", null, "aa"), missingPhoto(1, "фото", "photo.jpg"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(merge.post().sha256List()).containsExactly(SamplePosts.sha256("aa"));
    }

    @Test
    void aPostKeepsTheAlbumItIsIn() {
        assertThat(merge(photo(1, "", 7L, "aa"), photo(1, "", 9L, "aa")).post().groupedId())
                .isEqualTo(7);
        assertThat(merge(photo(1, "", 7L, "aa"), photo(1, "", null, "aa"))
                        .post()
                        .groupedId())
                .isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource
    void aDeletedPostStaysAsItIsWhateverAnEventSays(DeletionReason reason) {
        PostMerge merge = PostMerge.of(stored(post(1, "было"), reason), version(1, 100, "стало"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TELEGRAM")
    void aPostThatSomebodyDeletedOrThatExpiredDoesNotComeBackFromItsChannel(DeletionReason reason) {
        PostMerge merge = PostMerge.seen(stored(post(1, "было"), reason), version(1, 100, "стало"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void aPostThatWasOnlyMissingInItsChannelIsBackWhenItIsSeenThere() {
        PostMerge merge =
                PostMerge.seen(stored(post(1, ""), DeletionReason.TELEGRAM), linking(1, 0, "текст", "https://a.org"));

        assertThat(merge.outcome()).isEqualTo(Outcome.RESTORED);
        assertThat(merge.post().text()).isEqualTo("текст");
        assertThat(merge.post().urls()).containsExactly("https://a.org");
        assertThat(merge.textChanged()).as("there is no old text to keep").isFalse();
    }

    @Test
    void anOlderVersionDoesNotProveThatADeletedPostIsBack() {
        PostMerge merge =
                PostMerge.seen(stored(version(1, 200, ""), DeletionReason.TELEGRAM), version(1, 100, "старое"));

        assertThat(merge.outcome()).isEqualTo(Outcome.UNCHANGED);
    }

    private static PostMerge merge(Post stored, Post arriving) {
        return PostMerge.of(stored(stored, null), arriving);
    }

    /** As a row comes back from the database: without what only events carry. */
    private static StoredPost stored(Post post, DeletionReason deleted) {
        Post row = new Post(
                post.telegramMessageId(),
                post.contentVersion(),
                post.text(),
                post.urls(),
                post.postedAt(),
                post.editedAt(),
                post.edited(),
                post.telegramPostUrl(),
                post.hasMedia(),
                null,
                post.media(),
                List.of(),
                post.groupedId(),
                post.counters(),
                post.forward(),
                post.replyToMessageId(),
                post.authorName());
        return new StoredPost(new UUID(0, 1), deleted, "trace", row);
    }
}
