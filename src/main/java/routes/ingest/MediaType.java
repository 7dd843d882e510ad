package routes.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.URLConnection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The MIME type of a file: from its first bytes, else from its source or its name. */
final class MediaType {
    /** Bytes at the start of a file that suffice to recognise it. */
    static final int HEAD_BYTES = 32;

    static final String UNKNOWN = "application/octet-stream";

    private record Signature(String type, Pattern head) {
        Signature(String type, String head) {
            this(type, Pattern.compile(head, Pattern.DOTALL));
        }
    }

    private static final List<Signature> SIGNATURES = List.of(
            new Signature("image/jpeg", "\u00FF\u00D8\u00FF.*"),
            new Signature("image/png", "\u0089PNG\r\n\u001A\n.*"),
            new Signature("image/gif", "GIF8[79]a.*"),
            new Signature("image/webp", "RIFF.{4}WEBP.*"),
            new Signature("image/tiff", "(II\\*\0|MM\0\\*).*"),
            new Signature("image/bmp", "BM.{4}\0{4}.*"),
            new Signature("application/pdf", "%PDF-.*"),
            new Signature("video/quicktime", ".{4}ftypqt  .*"),
            new Signature("video/mp4", ".{4}ftyp.*"),
            new Signature("video/webm", "\u001AE\u00DF\u00A3.*"));
    private static final Map<String, String> EXTENSIONS = Map.ofEntries(
            Map.entry("image/jpeg", "jpg"),
            Map.entry("image/png", "png"),
            Map.entry("image/gif", "gif"),
            Map.entry("image/webp", "webp"),
            Map.entry("image/tiff", "tiff"),
            Map.entry("image/bmp", "bmp"),
            Map.entry("video/mp4", "mp4"),
            Map.entry("video/quicktime", "mov"),
            Map.entry("video/webm", "webm"),
            Map.entry("application/pdf", "pdf"),
            Map.entry("application/msword", "doc"),
            Map.entry("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
            Map.entry("text/plain", "txt"));

    private MediaType() {}

    /**
     * @param head the first {@value #HEAD_BYTES} bytes, or all if there are fewer
     * @param declared MIME type according to the source, or null
     */
    static String of(byte[] head, String declared, String fileName) {
        String text = new String(head, ISO_8859_1);
        Optional<String> seen = SIGNATURES.stream()
                .filter(signature -> signature.head().matcher(text).matches())
                .map(Signature::type)
                .findFirst();
        return seen.orElseGet(() -> {
            String claimed = declared != null ? declared : URLConnection.guessContentTypeFromName(fileName);
            // a real image would have been recognised by its signature
            return claimed == null || claimed.startsWith("image/") ? UNKNOWN : claimed.toLowerCase(Locale.ROOT);
        });
    }

    static String extension(String type) {
        return EXTENSIONS.getOrDefault(type, "bin");
    }
}
