package routes.llm.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelServerTlsTest {
    private static TestCertificate certificate;
    private static ModelServer server;
    private static HttpClient trusting;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException, GeneralSecurityException {
        certificate = TestCertificate.create(folder);
        server = ModelServer.startTls(certificate.keyStore(), certificate.password());
        trusting =
                HttpClient.newBuilder().sslContext(trusting(certificate.pem())).build();
    }

    @AfterAll
    static void close() {
        server.close();
    }

    private static SSLContext trusting(Path pem) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(pem)) {
            trusted.setCertificateEntry(
                    "standin", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    @ParameterizedTest
    @EnumSource
    void a_client_that_trusts_the_certificate_is_answered(Service service) throws Exception {
        assertThat(service.baseUrl(server)).startsWith("https://127.0.0.1:");
        assertThat(service.chat(server, trusting, "text").statusCode()).isEqualTo(200);
    }

    @Test
    void a_client_that_does_not_trust_it_does_not_get_as_far_as_a_call() {
        HttpClient strict = HttpClient.newHttpClient();
        assertThatThrownBy(() -> Service.OPENROUTER.chat(server, strict, "text"))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @ParameterizedTest
    @EnumSource
    void waiting_and_faults_of_the_connection_are_the_same_as_without_encryption(Service service) throws Exception {
        ModelService model = service.of(server);
        model.next(Fault.slow(Duration.ofMillis(20)), Fault.drop(), Fault.dropInBody());
        assertThat(service.chat(server, trusting, "text").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> service.chat(server, trusting, "text")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> service.chat(server, trusting, "text")).isInstanceOf(IOException.class);
        assertThat(service.chat(server, trusting, "text").statusCode()).isEqualTo(200);
    }

    @Test
    void a_hanging_call_ends_when_the_server_closes() throws Exception {
        ModelServer closing = ModelServer.startTls(certificate.keyStore(), certificate.password());
        closing.openRouter().next(Fault.hang());
        CompletableFuture<?> hanging =
                trusting.sendAsync(Service.OPENROUTER.ask(closing, trusting, "text"), BodyHandlers.ofString());
        await().until(() -> closing.openRouter().calls().size() == 1);

        closing.close();

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> hanging.get(10, TimeUnit.SECONDS))
                .withCauseInstanceOf(IOException.class);
    }
}
