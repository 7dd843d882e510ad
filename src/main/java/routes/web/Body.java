package routes.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.brotli.dec.BrotliInputStream;
import org.mozilla.universalchardet.UniversalDetector;

/** Decodes the bytes of a response. */
final class Body {
    /** The codings supported by {@link #decompress}, for the header Accept-Encoding. */
    static final String CODINGS = "gzip, deflate, br";

    private static final int DECLARATION_BYTES = 4096;
    private static final Pattern DECLARATION = Pattern.compile(
            "(?i)<meta\\s[^>]*?charset\\s*=\\s*[\"']?\\s*([\\w:.-]+)|<\\?xml\\s[^>]*?encoding\\s*=\\s*[\"']([\\w:.-]+)");
    private static final Pattern MARKUP = Pattern.compile("(?i)<(?:!doctype|html|head|body|title|p|div|h1)\\b");
    /** One of this number of bytes may be invalid. */
    private static final int MAX_BROKEN = 20;

    private static final int ZLIB_CHECK = 31;

    private Body() {}

    /**
     * @param coding value of Content-Encoding; null for none
     * @param maxBytes maximum size of the result; decompression stops there
     * @throws FetchException if the result is larger, the coding is unknown or the data are corrupt
     */
    static byte[] decompress(byte[] body, String coding, int maxBytes) throws FetchException {
        String name = coding == null ? "" : coding.toLowerCase(Locale.ROOT).strip();
        if (name.isEmpty() || name.equals("identity") || body.length == 0) {
            return body;
        }
        try (InputStream in = decoder(name, body)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw FetchReason.TOO_LARGE.exception("the page has more than " + maxBytes + " bytes when unpacked");
            }
            return bytes;
        } catch (IOException e) {
            throw FetchReason.CONTENT_ENCODING.exception("the content is not " + name + " as specified in the header");
        }
    }

    private static InputStream decoder(String name, byte[] body) throws IOException, FetchException {
        var in = new ByteArrayInputStream(body);
        return switch (name) {
            case "gzip", "x-gzip" -> new GZIPInputStream(in);
            // some servers omit the zlib header
            case "deflate" -> new InflaterInputStream(in, new Inflater(!isZlib(body)));
            case "br" -> new BrotliInputStream(in);
            default ->
                throw FetchReason.CONTENT_ENCODING.exception("the server sent a content coding that was not requested");
        };
    }

    private static boolean isZlib(byte[] body) {
        return body.length > 1 && (((body[0] & 0xff) << 8) | (body[1] & 0xff)) % ZLIB_CHECK == 0;
    }

    /** Detects the media type of a page whose server declares none. */
    static String mediaType(byte[] body) {
        String start = new String(body, 0, Math.min(body.length, DECLARATION_BYTES), StandardCharsets.ISO_8859_1);
        if (start.startsWith("%PDF-")) {
            return "application/pdf";
        }
        return MARKUP.matcher(start).find() ? "text/html" : "text/plain";
    }

    /**
     * Decodes with the charset of the byte order mark; otherwise with the declared one; otherwise with the one that fits. A
     * declaration that the bytes contradict is ignored: valid UTF-8 with multi-byte characters is UTF-8.
     *
     * @param declared charset declared by the header; null if there is none
     */
    static String decode(byte[] body, String declared) {
        Charset charset = mark(body);
        if (charset == null) {
            charset = fitting(body, named(declared), named(declaration(body)));
        }
        String text = new String(body, charset);
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    /**
     * @param ofHeader charset declared by the header; null if there is none
     * @param ofPage charset declared by the page; null if there is none
     */
    private static Charset fitting(byte[] body, Charset ofHeader, Charset ofPage) {
        long high = IntStream.range(0, body.length).filter(i -> body[i] < 0).count();
        long broken = new String(body, UTF_8).chars().filter(c -> c == '\ufffd').count();
        Optional<Charset> other = Stream.of(ofHeader, ofPage)
                .filter(charset -> charset != null && !charset.equals(UTF_8))
                .findFirst();
        if (broken == 0) {
            return other.filter(charset -> high == 0 && isSuperset(charset)).orElse(UTF_8);
        }
        // a truncated page or one with single invalid bytes is still UTF-8
        boolean almost = ofHeader != other.orElse(null) && broken * MAX_BROKEN < high;
        return almost ? UTF_8 : other.orElseGet(() -> detected(body));
    }

    private static Charset mark(byte[] body) {
        if (startsWith(body, 0xef, 0xbb, 0xbf)) {
            return UTF_8;
        } else if (startsWith(body, 0xfe, 0xff)) {
            return StandardCharsets.UTF_16BE;
        }
        return startsWith(body, 0xff, 0xfe) ? StandardCharsets.UTF_16LE : null;
    }

    private static boolean startsWith(byte[] body, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (i >= body.length || (body[i] & 0xff) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private static String declaration(byte[] body) {
        String start = new String(body, 0, Math.min(body.length, DECLARATION_BYTES), StandardCharsets.ISO_8859_1);
        Matcher found = DECLARATION.matcher(start);
        if (!found.find()) {
            return null;
        }
        return found.group(1) == null ? found.group(2) : found.group(1);
    }

    /** Returns null if the charset does not exist. */
    private static Charset named(String name) {
        if (name == null) {
            return null;
        }
        String label = name.strip().toLowerCase(Locale.ROOT).replaceAll("^[\"']|[\"']$", "");
        // aliases as in browsers
        label = switch (label) {
            case "iso-8859-1", "latin1", "us-ascii", "ascii" -> "windows-1252";
            // the detector reports short texts as the charset of old Macs, which the web does not use
            case "x-maccyrillic", "maccyrillic", "win-1251", "win1251", "cp-1251", "windows1251" -> "windows-1251";
            case "koi8", "koi" -> "koi8-r";
            default -> label;
        };
        try {
            return Charset.forName(label);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Whether ASCII bytes have the same meaning in the charset. A page whose declaration was read as ASCII has no other charset. */
    private static boolean isSuperset(Charset charset) {
        return new String(new byte[] {'<', '>', 'a'}, charset).equals("<>a");
    }

    private static Charset detected(byte[] body) {
        var detector = new UniversalDetector();
        detector.handleData(body, 0, body.length);
        detector.dataEnd();
        Charset found = named(detector.getDetectedCharset());
        return found == null ? UTF_8 : found;
    }
}
