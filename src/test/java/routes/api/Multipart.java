package routes.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;

/** A multipart body, as a client would make it. */
final class Multipart {

    static final String TYPE = "multipart/form-data; boundary=XXXX";

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    static Multipart file(byte[] content) {
        return new Multipart().part("file", "export.zip", content);
    }

    Multipart part(String name, String fileName, byte[] content) {
        body.writeBytes(head(name, fileName));
        body.writeBytes(content);
        body.writeBytes("\r\n".getBytes(UTF_8));
        return this;
    }

    static byte[] head(String name, String fileName) {
        String file = fileName == null ? "" : "; filename=\"" + fileName + "\"";
        return ("--XXXX\r\nContent-Disposition: form-data; name=\"" + name + "\"" + file
                        + "\r\nContent-Type: application/octet-stream\r\n\r\n")
                .getBytes(UTF_8);
    }

    static byte[] end() {
        return "\r\n--XXXX--\r\n".getBytes(UTF_8);
    }

    byte[] bytes() {
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(body.toByteArray());
        whole.writeBytes("--XXXX--\r\n".getBytes(UTF_8));
        return whole.toByteArray();
    }

    /** With Content-Length. */
    BodyPublisher whole() {
        return BodyPublishers.ofByteArray(bytes());
    }

    /** In chunks, of a length that nobody announces. */
    BodyPublisher chunked() {
        byte[] bytes = bytes();
        return BodyPublishers.ofInputStream(() -> (InputStream) new ByteArrayInputStream(bytes));
    }
}
