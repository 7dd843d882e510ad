package routes.api;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.api.access.NewApiKey;

class ApiFuzzWithKeysIT {

    private static final NewApiKey ADMIN = key("admin", Fixtures.DEFAULT_TENANT, "admin");
    private static final NewApiKey OPERATOR = key("operator", Fixtures.DEFAULT_TENANT, "operator");
    private static final NewApiKey READER = key("reader", Fixtures.DEFAULT_TENANT, "reader");
    // it can make nothing of its own, so that whatever it got would be another's
    private static final NewApiKey FOREIGN =
            key("foreign", UUID.fromString("7e4a0000-0000-4000-8000-000000000002"), "reader");

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("api.rate-limit", "1000000") // the most there can be: not what is tried here
            .with("api.keys", String.join(",", ADMIN.entry(), OPERATOR.entry(), READER.entry(), FOREIGN.entry()));

    @ParameterizedTest
    @CsvSource({"admin, 5", "operator, 6", "reader, 7", "foreign, 8"})
    void every_answer_is_as_the_document_says(String who, long seed) throws IOException {
        new ApiFuzz(api, keyOf(who), who.equals("foreign"))
                .withSomethingOf(api.client(ADMIN.key()))
                .run(List.of(seed));
    }

    private static NewApiKey key(String name, UUID tenant, String role) {
        return NewApiKey.make(name, tenant.toString(), role);
    }

    private static String keyOf(String who) {
        return switch (who) {
            case "admin" -> ADMIN.key();
            case "operator" -> OPERATOR.key();
            case "reader" -> READER.key();
            default -> FOREIGN.key();
        };
    }
}
