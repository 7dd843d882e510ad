package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.api.access.NewApiKey;

/** The management port where other machines reach it; on a loopback address it is open, see {@link HealthIT}. */
class ManagementAccessIT {

    private static final NewApiKey READER = NewApiKey.make("anna", "default", "reader");
    private static final NewApiKey OPERATOR = NewApiKey.make("prometheus", "default", "operator");

    // the test itself listens on the loopback address all the same
    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("api.keys", READER.entry() + "," + OPERATOR.entry())
            .with("management.address", "0.0.0.0");

    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/health", "/health/ready", "/nothing"})
    void everythingNeedsTheKeyOfAnOperator(String path) {
        assertThat(status(null, path)).isEqualTo(401);
        assertThat(status("unknown", path)).isEqualTo(401);
        assertThat(status(OPERATOR.key(), path)).isEqualTo(path.equals("/nothing") ? 404 : 200);
        assertThat(status(READER.key(), path)).isEqualTo(path.equals("/nothing") ? 404 : 403);
    }

    private static int status(String key, String path) {
        return api.managementClient(key)
                .sendAnything("GET", path, null, UnaryOperator.identity())
                .status();
    }
}
