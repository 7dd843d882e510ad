package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentationIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private static final Pattern LINK = Pattern.compile("(?:src|href|spec-url)=\"([^\"]+)\"");

    private final ApiClient client = api.client();

    @ParameterizedTest
    @ValueSource(strings = {"/", "/docs", "/redoc", "/nothere.html"})
    void a_page_loads_nothing_but_what_this_server_has(String path) {
        ApiClient.Answer page = get(path);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy"))
                .contains("default-src 'self'")
                .doesNotContain("http");
        assertThat(LINK.matcher(page.http().body()).results())
                .isNotEmpty()
                .extracting(link -> link.group(1))
                .allSatisfy(link -> {
                    assertThat(link).doesNotContain("//");
                    assertThat(get(URI.create("/").resolve(link).toString()).status())
                            .as(link)
                            .isEqualTo(200);
                });
        // a script in the page itself would be stopped by the policy
        assertThat(page.http().body()).doesNotContainPattern("<script>|<style>|style=");
    }

    @Test
    void the_scripts_of_the_pages_are_there() {
        assertThat(get("/webjars/swagger-ui/swagger-ui-bundle.js").header("Content-Type"))
                .contains("javascript");
        assertThat(get("/redoc.js").header("Content-Type")).contains("javascript");
        assertThat(get("/redoc.js").http().body()).contains("Redoc").doesNotContain("cdn.redoc.ly");
        assertThat(get("/favicon.ico").header("Content-Type")).startsWith("image/");
        assertThat(get("/docs.js").http().body()).contains("openapi.yaml");
    }

    @Test
    void the_document_is_served_as_written_and_as_json() {
        ApiClient.Answer yaml = get("/openapi.yaml");
        ApiClient.Answer json = get("/openapi.json");

        assertThat(yaml.header("Content-Type")).isEqualTo("application/yaml");
        assertThat(yaml.http().body()).startsWith("openapi: 3.1.0");
        assertThat(json.header("Content-Type")).isEqualTo("application/json");
        assertThat(json.json()).isEqualTo(OpenApiContract.INSTANCE.document());
    }

    private ApiClient.Answer get(String path) {
        return client.sendAnything("GET", path, null, request -> request);
    }
}
