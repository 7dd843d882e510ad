package routes.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class EventsConfigurationTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
            .withUserConfiguration(EventsConfiguration.class);

    @Test
    void the_product_has_one_mapper() {
        application.run(context -> {
            assertThat(context).hasSingleBean(ObjectMapper.class);
            ObjectMapper mapper = context.getBean(ObjectMapper.class);
            assertThat(mapper.writeValueAsString(new Answer(null, Instant.EPOCH, "ё")))
                    .isEqualTo("{\"asked_at\":\"1970-01-01T00:00:00Z\",\"plain_text\":\"ё\"}");
        });
    }

    @Test
    void mapper_ignores_unknown_fields_and_refuses_text_behind_the_value() throws JsonProcessingException {
        ObjectMapper mapper = Json.newMapper();

        assertThat(mapper.readValue("{\"plain_text\":\"a\",\"x\":1}", Answer.class)
                        .plainText())
                .isEqualTo("a");
        assertThat(catchThrowable(() -> mapper.readValue("{\"plain_text\":\"a\"} {}", Answer.class)))
                .isInstanceOf(MismatchedInputException.class);
    }

    record Answer(String traceId, Instant askedAt, String plainText) {}
}
