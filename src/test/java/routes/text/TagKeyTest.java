package routes.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TagKeyTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "нейросеть|нейросети|Нейросетями|нейросетей|#нейросеть",
                "искусственный интеллект|Искусственного интеллекта|искусственным  интеллектом|#искусственный_интеллект",
                "Путин|Путина|Путину|Путиным",
                "ёлка|елки|ёлок",
                "кредит|кредита|кредиты",
                "рынок|рынка|рынки",
                "скидка|скидок",
                "биткоин|биткоина|биткоины",
                "cluster|Clusters",
                "GitHub|github",
                "ИИ|ии",
                "Сбербанк|Cбербанк|Сбер\u00ADбанка", // the second with a Latin C
                "замок|за́мок|за\u200Bмка",
                "vapor|ｖａｐｏｒ|Vapor"
            })
    void the_forms_of_a_tag_have_one_key(String forms) {
        assertThat(Arrays.stream(forms.split("\\|")).map(TagKey::of).collect(Collectors.toSet()))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"лес|Лесная", "машина|машинное обучение", "Java|JavaScript", "C++|C#", "кит|Китай"})
    void other_tags_have_other_keys(String tags) {
        assertThat(Arrays.stream(tags.split("\\|")).map(TagKey::of)).doesNotHaveDuplicates();
    }
}
