package routes.llm.standin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate for 127.0.0.1 and localhost that it signed itself, made by the {@code keytool} of the JDK.
 *
 * @param pem file with the certificate, for clients that are to trust it
 */
public record TestCertificate(KeyStore keyStore, Path pem) {
    private static final String PASSWORD = "standin";
    private static final String ALIAS = "standin";

    /** Makes its files in a folder that exists and is the caller's to delete. */
    public static TestCertificate create(Path folder) {
        Path keys = folder.resolve(ALIAS + ".p12");
        try {
            run(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    ALIAS,
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "SAN=ip:127.0.0.1,dns:localhost",
                    "-validity",
                    "2",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    keys.toString(),
                    "-storepass",
                    PASSWORD);
            KeyStore store = KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray());
            String encoded = Base64.getMimeEncoder()
                    .encodeToString(store.getCertificate(ALIAS).getEncoded());
            Path pem = folder.resolve(ALIAS + ".pem");
            Files.writeString(pem, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n".formatted(encoded));
            return new TestCertificate(store, pem);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("No certificate in " + folder, e);
        }
    }

    /** Of the key store and of the key in it. */
    public char[] password() {
        return PASSWORD.toCharArray();
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(output);
        }
    }
}
