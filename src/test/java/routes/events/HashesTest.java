package routes.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HashesTest {

    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final String PYTHON_RELEASE = "0a64011ee6d620fa6c667e2c73ca74638db92b0daddb7c35d89ad659ad58f8bc";

    @Test
    void post_id_is_the_one_of_the_specification() {
        assertThat(PostIds.of(TENANT, 1987654321L, 2)).hasToString("7660b34c-4c20-58e1-ac8c-fea5a2d9d68b");
    }

    @Test
    void tags_hash_is_the_one_of_the_specification_in_any_order_and_number() {
        assertThat(TagsHash.of(List.of("Python", "релиз"))).isEqualTo(PYTHON_RELEASE);
        assertThat(TagsHash.of(List.of("релиз", "Python", "релиз"))).isEqualTo(PYTHON_RELEASE);
    }

    @Test
    void tags_hash_orders_by_code_point_and_quotes_like_python() {
        // hashlib.sha256(json.dumps(sorted(...), ensure_ascii=False).encode()): UTF-16 would put the emoji before the
        // ligature
        assertThat(TagsHash.of(List.of("😀", "ﬁ")))
                .isEqualTo("f63310ea357716eb9458a9773520e4fdd5935986e2ede098391f46a1e2daa7b9");
        assertThat(TagsHash.of(List.of("a\"b", "c\\d", "e\u001ff/")))
                .isEqualTo("56ee935147dcaabda976408103582951efd6497d360154213c861021d76f874a");
        assertThat(TagsHash.of(List.of())).isEqualTo(Sha256.hex("[]"));
    }

    @Test
    void content_hash_ignores_case_and_runs_of_white_space() {
        assertThat(ContentHash.of("  Вышел\n\n\tРЕЛИЗ\u00a03.13 "))
                .isEqualTo(Sha256.hex("вышел релиз 3.13"))
                .isNotEqualTo(ContentHash.of("вышелрелиз 3.13"));
        assertThat(ContentHash.of(null)).isEqualTo(ContentHash.of(" ")).isEqualTo(Sha256.hex(""));
    }

    @Test
    void sha256_is_the_standard_one() {
        assertThat(Sha256.hex("abc")).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
