package routes.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Normalizes web addresses, so that all spellings have one form. No other code does. Scheme and host become lower case, the host
 * becomes Punycode, other characters are percent-encoded (RFC 3986), default port and tracking parameters are removed. Everything
 * else, and the order of the parameters, stays.
 */
public final class UrlNormalizer {
    /** Servers reject longer ones, and they are useless in an event. */
    public static final int MAX_LENGTH = 2048;

    private static final Pattern PARTS =
            Pattern.compile("(?i)(https?)://([^/?#\\\\]+)([^?#]*)(\\?[^#]*)?(#.*)?", Pattern.DOTALL);
    private static final Pattern WITHOUT_SCHEME =
            Pattern.compile("[^/?#:@\\s]+\\.[^/?#:@\\s]+(:\\d+)?([/?#].*)?", Pattern.DOTALL);
    private static final Pattern AUTHORITY = Pattern.compile("(?:(.*)@)?(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+)(?::(\\d*))?");
    private static final Set<String> TRACKING = Set.of(
            "fbclid",
            "gclid",
            "gbraid",
            "wbraid",
            "dclid",
            "yclid",
            "ysclid",
            "msclkid",
            "twclid",
            "ttclid",
            "igshid",
            "igsh",
            "mc_cid",
            "mc_eid",
            "mkt_tok",
            "_openstat",
            "_ga",
            "_gl",
            "erid",
            "roistat",
            "ref",
            "source",
            "campaign");
    private static final String UNENCODED = "-._~:/?#[]@!$&'()*+,;=";

    private UrlNormalizer() {}

    /** Empty if it is not an http(s) address or exceeds {@value #MAX_LENGTH} characters. An address without a scheme gets https. */
    public static Optional<String> normalize(String address) {
        String url = address.strip();
        if (WITHOUT_SCHEME.matcher(url).matches()) {
            url = "https://" + url;
        }
        Matcher parts = PARTS.matcher(url);
        if (url.length() > MAX_LENGTH || !parts.matches()) {
            return Optional.empty();
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        return authority(scheme, parts.group(2))
                .map(authority -> scheme + "://" + authority + path(parts.group(3)) + query(parts.group(4))
                        + encode(parts.group(5)))
                .filter(normal -> normal.length() <= MAX_LENGTH && isUri(normal));
    }

    private static Optional<String> authority(String scheme, String text) {
        Matcher parts = AUTHORITY.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String userInfo = parts.group(1) == null ? "" : encode(parts.group(1)) + "@";
        String port = parts.group(3) == null || parts.group(3).isEmpty() ? "" : ":" + parts.group(3);
        boolean usual = port.equals(scheme.equals("https") ? ":443" : ":80");
        return host(parts.group(2)).map(host -> userInfo + host + (usual ? "" : port));
    }

    private static Optional<String> host(String text) {
        try {
            String host = text.startsWith("[") ? text : IDN.toASCII(text, IDN.ALLOW_UNASSIGNED);
            return Optional.of(host.toLowerCase(Locale.ROOT)).filter(name -> !name.isEmpty());
        } catch (IllegalArgumentException e) {
            // not a host name: a label is empty or too long
            return Optional.empty();
        }
    }

    private static String path(String path) {
        return path.isEmpty() ? "/" : encode(path);
    }

    private static String query(String query) {
        if (query == null) {
            return "";
        }
        String kept = Arrays.stream(query.substring(1).split("&"))
                .filter(parameter -> !parameter.isEmpty() && !isTracking(parameter))
                .collect(Collectors.joining("&"));
        return kept.isEmpty() ? "" : "?" + encode(kept);
    }

    private static boolean isTracking(String parameter) {
        int end = parameter.indexOf('=');
        String name = (end < 0 ? parameter : parameter.substring(0, end)).toLowerCase(Locale.ROOT);
        return name.startsWith("utm_") || TRACKING.contains(name);
    }

    private static String encode(String text) {
        if (text == null) {
            return "";
        }
        var encoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            if (isPlain(point) || isEncoded(text, i)) {
                encoded.appendCodePoint(point);
            } else {
                for (byte octet : Character.toString(point).getBytes(UTF_8)) {
                    encoded.append(String.format("%%%02X", octet));
                }
            }
            i += Character.charCount(point);
        }
        return encoded.toString();
    }

    private static boolean isEncoded(String text, int at) {
        return text.charAt(at) == '%'
                && at + 2 < text.length()
                && HexFormat.isHexDigit(text.charAt(at + 1))
                && HexFormat.isHexDigit(text.charAt(at + 2));
    }

    private static boolean isPlain(int point) {
        return point < 128 && (Character.isLetterOrDigit(point) || UNENCODED.indexOf(point) >= 0);
    }

    private static boolean isUri(String text) {
        try {
            return new URI(text).getRawAuthority() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
