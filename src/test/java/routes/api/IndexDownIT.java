package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.vectorindex.VectorIndex;

class IndexDownIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    @Test
    void withoutTheIndexASearchSaysSoWhileTheRestGoesOn() throws Exception {
        UUID tenant = api.fixtures().tenant();
        long user = api.fixtures().user(tenant);
        api.fixtures().channelOf(user);
        api.bean(VectorIndex.class).close();

        ApiClient.Answer search = api.client().get("/users/" + user + "/search?q=Python");

        OpenApiContract.INSTANCE.assertProblem(search, 503);
        assertThat(search.header("Retry-After")).isEqualTo("5");
        assertThat(api.client().get("/users/" + user + "/posts").status()).isEqualTo(200);
    }
}
