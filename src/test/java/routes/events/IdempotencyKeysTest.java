package routes.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdempotencyKeysTest {

    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID POST = UUID.fromString("7660b34c-4c20-58e1-ac8c-fea5a2d9d68b");
    private static final MediaFile ONE = new MediaFile("aa", "media/aa", "image/jpeg", 1L);
    private static final MediaFile TWO = new MediaFile("bb", "media/bb", "image/jpeg", 1L);

    @Test
    void parsed_post_is_keyed_by_message_edit_and_request() {
        assertThat(IdempotencyKeys.postParsed(TENANT, 1987654321L, 2, 0, null)).isEqualTo(TENANT + ":1987654321:2");
        assertThat(IdempotencyKeys.postParsed(TENANT, 1987654321L, 2, 1700000000L, null))
                .isEqualTo(TENANT + ":1987654321:2:e1700000000");
        assertThat(IdempotencyKeys.postParsed(TENANT, 1987654321L, 2, 1700000000L, "r7"))
                .isEqualTo(TENANT + ":1987654321:2:e1700000000:r7");
        assertThat(IdempotencyKeys.postParsed(TENANT, 1987654321L, 2, 0, "r7")).isEqualTo(TENANT + ":1987654321:2:r7");
    }

    @Test
    void album_is_keyed_by_revision() {
        assertThat(IdempotencyKeys.albumParsed(TENANT, 1987654321L, 13L, 2)).isEqualTo(TENANT + ":1987654321:13:2");
    }

    @Test
    void vision_is_keyed_by_the_files_in_their_order() {
        assertThat(IdempotencyKeys.visionUploaded(TENANT, POST, List.of(ONE, TWO)))
                .isEqualTo(TENANT + ":" + POST + ":vision_upload:" + Sha256.hex("aa\nbb"))
                .isNotEqualTo(IdempotencyKeys.visionUploaded(TENANT, POST, List.of(TWO, ONE)));
    }

    @Test
    void tags_are_keyed_by_versions_trigger_and_hash() {
        assertThat(IdempotencyKeys.postTagged(POST, 0, Trigger.INITIAL, null, "cafe"))
                .isEqualTo(POST + ":tagged:0:initial:-:cafe");
        assertThat(IdempotencyKeys.postTagged(POST, 1700000000L, Trigger.VISION_RETAG, "vision@2025-11-01#p3", "cafe"))
                .isEqualTo(POST + ":tagged:1700000000:vision_retag:vision@2025-11-01#p3:cafe");
    }

    @Test
    void later_stages_are_keyed_by_what_they_work_on() {
        assertThat(IdempotencyKeys.postCrawl(POST, List.of("https://a.example/", "https://b.example/"), null))
                .isEqualTo(POST + ":crawl:" + Sha256.hex("https://a.example/\nhttps://b.example/"));
        assertThat(IdempotencyKeys.postEnriched(POST, "crawl", List.of("x", "y")))
                .isEqualTo(POST + ":enriched:crawl:" + Sha256.hex("x\ny"));
        assertThat(IdempotencyKeys.postIndexed(POST, "cafe")).isEqualTo(POST + ":indexed:cafe");
        assertThat(IdempotencyKeys.postDeleted(POST)).isEqualTo(POST + ":deleted");
    }
}
