package routes.llm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import routes.configuration.ConfigurationException;

/** CA certificates in a PEM file. No others are trusted. */
final class CertificateFile {
    private final String setting;
    private final String file;

    /** @param setting for messages */
    CertificateFile(String setting, String file) {
        this.setting = setting;
        this.file = file;
    }

    /** @throws ConfigurationException if the file cannot be read or contains no certificate */
    SSLContext trustingOnly() {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new ConfigurationException(
                        setting + "=" + file + ": there is no certificate in it (PEM expected)");
            }
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            for (Certificate certificate : certificates) {
                trusted.setCertificateEntry("ca-" + trusted.size(), certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new ConfigurationException(setting + "=" + file + ": cannot be read (" + e + ")", e);
        }
    }
}
