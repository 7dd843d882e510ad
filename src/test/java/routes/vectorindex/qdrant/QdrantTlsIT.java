package routes.vectorindex.qdrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import routes.configuration.ConfigurationException;
import routes.llm.standin.TestCertificate;
import routes.testing.qdrant.QdrantStandIn;
import routes.text.SearchWords;
import routes.vectorindex.Points;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndexUnavailableException;

/** The index in a server that speaks TLS with a certificate of its own, and wants a key. */
class QdrantTlsIT {
    @RegisterExtension
    static final QdrantStandIn SERVER = new QdrantStandIn();

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String KEY = "key-of-the-server";

    @TempDir
    Path folder;

    @BeforeEach
    void encrypted() throws Exception {
        SERVER.stop();
        SERVER.clear();
        SERVER.encrypt(TestCertificate.create(folder));
        SERVER.start();
        SERVER.require(KEY);
    }

    @AfterEach
    void plain() throws Exception {
        SERVER.stop();
        SERVER.clear();
        SERVER.encrypt(null);
        SERVER.start();
    }

    private static QdrantServerProperties trusting(Path certificates, String key) {
        return new QdrantServerProperties(
                SERVER.url(), key, certificates == null ? "" : certificates.toString(), "", TIMEOUT);
    }

    @Test
    void posts_are_written_and_found_over_tls_with_the_key() {
        assertThat(SERVER.url()).startsWith("https://");
        try (var index = new QdrantVectorIndex(SERVER.properties(TIMEOUT), new SearchWords())) {
            index.expect("m", Points.vector("").length);
            index.upsert(Points.point(1, "Токамак удерживает плазму"));

            assertThat(index.match(Points.query("токамака")).hits())
                    .extracting(SearchHit::postId)
                    .containsExactly(Points.post(1));
        }
    }

    @Test
    void a_certificate_that_is_not_trusted_and_a_wrong_key_are_clear_problems() {
        try (var untrusting = new QdrantVectorIndex(trusting(null, KEY), new SearchWords());
                var keyless =
                        new QdrantVectorIndex(trusting(folder.resolve("standin.pem"), "another"), new SearchWords())) {
            assertThatThrownBy(() -> untrusting.expect("m", Points.vector("").length))
                    .isInstanceOf(VectorIndexUnavailableException.class)
                    .hasMessageContaining("certification path");
            assertThatThrownBy(() -> keyless.expect("m", Points.vector("").length))
                    .isInstanceOf(VectorIndexUnavailableException.class)
                    .hasMessageContaining("UNAUTHENTICATED")
                    .hasMessageContaining("QDRANT_API_KEY");
        }
    }

    @Test
    void a_file_without_certificates_ends_the_start() throws IOException {
        Path garbage = Files.writeString(folder.resolve("garbage.pem"), "no certificate");

        for (Path file : List.of(garbage, folder.resolve("missing.pem"))) {
            assertThatThrownBy(() -> new QdrantVectorIndex(trusting(file, KEY), new SearchWords()))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("QDRANT_CA_FILE=" + file);
        }
    }
}
