package routes.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
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
    private static final Pattern TRACKING =
            Pattern.compile("(?is)(?:utm_.*|fbclid|gclid|gbraid|wbraid|dclid|yclid|ysclid"
                    + "|msclkid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|mkt_tok|_openstat|_ga|_gl|erid|roistat"
                    + "|ref|source|campaign)(?:=.*)?");
    /** Neither reserved nor unreserved characters of RFC 3986, and percent signs that encode nothing. */
    private static final Pattern TO_ENCODE =
            Pattern.compile("[^A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=%-]+|%(?![0-9A-Fa-f]{2})");

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
        String path = parts.group(3).isEmpty() ? "/" : encode(parts.group(3));
        return authority(scheme, parts.group(2))
                .map(authority -> scheme + "://" + authority + path + query(parts.group(4)) + encode(parts.group(5)))
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

    private static String query(String query) {
        String kept = query == null
                ? ""
                : Arrays.stream(query.substring(1).split("&"))
                        .filter(parameter -> !parameter.isEmpty()
                                && !TRACKING.matcher(parameter).matches())
                        .collect(Collectors.joining("&"));
        return kept.isEmpty() ? "" : "?" + encode(kept);
    }

    private static String encode(String text) {
        return text == null
                ? ""
                : TO_ENCODE.matcher(text).replaceAll(found -> URLEncoder.encode(found.group(), UTF_8)
                        .replace("+", "%20"));
    }

    private static boolean isUri(String text) {
        try {
            return new URI(text).getRawAuthority() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
