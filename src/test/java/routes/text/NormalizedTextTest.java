package routes.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NormalizedTextTest {
    @Test
    void whiteSpaceIsCollapsedAndCaseAndYoAreLevelled() {
        assertThat(NormalizedText.of("  Ещё\u00a0ОДИН\r\n\tтест\u2003ЁЖ ")).isEqualTo("еще один тест еж");
    }

    @Test
    void nothingButWhiteSpaceIsEmpty() {
        assertThat(NormalizedText.of(" \n\u00a0\u3000 ")).isEmpty();
    }
}
