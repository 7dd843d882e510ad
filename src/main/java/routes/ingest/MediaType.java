package routes.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.URLConnection;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/** The accepted types of files: images that vision models accept, video, and common documents. */
enum MediaType {
    JPEG("image/jpeg", "jpg", "\u00FF\u00D8\u00FF.*"),
    PNG("image/png", "png", "\u0089PNG\r\n\u001A\n.*"),
    GIF("image/gif", "gif", "GIF8[79]a.*"),
    WEBP("image/webp", "webp", "RIFF.{4}WEBP.*"),
    TIFF("image/tiff", "tiff", "(II\\*\0|MM\0\\*).*"),
    BMP("image/bmp", "bmp", "BM.{4}\0{4}.*"),
    PDF("application/pdf", "pdf", "%PDF-.*"),
    QUICKTIME("video/quicktime", "mov", ".{4}ftypqt  .*"),
    MP4("video/mp4", "mp4", ".{4}ftyp.*"),
    WEBM("video/webm", "webm", "\u001AE\u00DF\u00A3.*"),
    DOC("application/msword", "doc", null),
    DOCX("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", null),
    TEXT("text/plain", "txt", null);

    /** Number of bytes at the start of a file that are sufficient to detect its type. */
    static final int HEAD_BYTES = 32;

    static final String UNKNOWN = "application/octet-stream";

    private final String mime;
    private final String extension;
    private final Pattern head;

    /**
     * @param head the first bytes as ISO 8859-1; null if they do not identify the type
     */
    MediaType(String mime, String extension, String head) {
        this.mime = mime;
        this.extension = extension;
        this.head = head == null ? null : Pattern.compile(head, Pattern.DOTALL);
    }

    /**
     * Returns the MIME type of a file: detected from its first bytes, otherwise from the source or the file name.
     *
     * @param head the first {@value #HEAD_BYTES} bytes, or all if there are fewer
     * @param declared MIME type according to the source, or null
     */
    static String of(byte[] head, String declared, String fileName) {
        String text = new String(head, ISO_8859_1);
        return Arrays.stream(values())
                .filter(type -> type.head != null && type.head.matcher(text).matches())
                .findFirst()
                .map(type -> type.mime)
                .orElseGet(() -> {
                    String claimed = declared != null ? declared : URLConnection.guessContentTypeFromName(fileName);
                    // a real image would have been detected by its first bytes
                    return claimed == null || claimed.startsWith("image/") ? UNKNOWN : claimed.toLowerCase(Locale.ROOT);
                });
    }

    String mime() {
        return mime;
    }

    static boolean isAccepted(String mime) {
        return Arrays.stream(values()).anyMatch(type -> type.mime.equals(mime));
    }

    static String extension(String mime) {
        return Arrays.stream(values())
                .filter(type -> type.mime.equals(mime))
                .findFirst()
                .map(type -> type.extension)
                .orElse("bin");
    }
}
