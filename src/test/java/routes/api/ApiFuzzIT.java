package routes.api;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ApiFuzzIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    @Test
    void every_answer_is_as_the_document_says() throws IOException {
        new ApiFuzz(api, null, false).withSomethingOf(api.client()).run(List.of(1L, 2L, 3L, 4L));
    }
}
