package routes.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An http(s) address in normalized form, as returned by {@link #toString}. All other code uses this class to normalize addresses.
 * Scheme and host are in lower case, the host is in Punycode without a final dot, dot segments and the default port are removed,
 * and percent-encoding follows RFC 3986, section 6.2.2. Everything else, including the order of parameters, is unchanged.
 *
 * @param userInfo encoded; empty if there is none
 * @param host name, IPv4 address or IPv6 address in brackets
 * @param port -1 for the default port of the scheme
 * @param path starts with a slash
 * @param query without the question mark; empty if there is none
 * @param fragment without the number sign; empty if there is none
 */
public record WebAddress(
        String scheme, String userInfo, String host, int port, String path, String query, String fragment) {
    /** Servers reject longer addresses, and they are useless in events. */
    public static final int MAX_LENGTH = 2048;

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int MAX_PORT = 65_535;
    private static final Pattern PARTS =
            Pattern.compile("(?i)(https?)://([^/?#\\\\]+)([^?#]*)(?:\\?([^#]*))?(?:#(.*))?", Pattern.DOTALL);
    private static final Pattern WITHOUT_SCHEME =
            Pattern.compile("[^/?#:@\\s]+\\.[^/?#:@\\s]+(:\\d+)?([/?#].*)?", Pattern.DOTALL);
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);
    private static final Pattern AUTHORITY = Pattern.compile("(?:(.*)@)?(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+)(?::(\\d*))?");
    private static final Pattern HOST = Pattern.compile("[a-z0-9._-]+|\\[[0-9a-f:.]+]");
    private static final Pattern TRACKING =
            Pattern.compile("(?is)(?:utm_.*|fbclid|gclid|gbraid|wbraid|dclid|yclid|ysclid"
                    + "|msclkid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|mkt_tok|_openstat|_ga|_gl|erid|roistat"
                    + "|ref|source|campaign)(?:=.*)?");
    /** Characters that are neither reserved nor unreserved in RFC 3986, and percent signs that encode nothing. */
    private static final Pattern TO_ENCODE =
            Pattern.compile("[^A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=%-]+|%(?![0-9A-Fa-f]{2})");

    private static final Pattern ENCODED = Pattern.compile("%([0-9A-Fa-f]{2})");
    private static final Pattern UNRESERVED = Pattern.compile("[A-Za-z0-9._~-]");

    /**
     * Parses an address entered by a person or contained in a post, and removes its tracking parameters. An address without a
     * scheme gets https. Empty if it is not an http(s) address or exceeds {@value #MAX_LENGTH} characters.
     */
    public static Optional<WebAddress> of(String text) {
        String url = text.strip();
        return parse(WITHOUT_SCHEME.matcher(url).matches() ? "https://" + url : url, WebAddress::withoutTracking);
    }

    /**
     * Resolves an address that this page refers to, such as the target of a redirect. All parameters are kept: otherwise, a server
     * that redirects to the same address with an additional parameter would cause endless redirects. Empty as in {@link #of}.
     */
    public Optional<WebAddress> resolve(String reference) {
        String text = reference.strip().replace('\\', '/');
        String absolute;
        if (SCHEME.matcher(text).matches()) {
            absolute = text;
        } else if (text.startsWith("//")) {
            absolute = scheme + ":" + text;
        } else if (text.startsWith("/")) {
            absolute = origin() + text;
        } else if (text.startsWith("?")) {
            absolute = origin() + path + text;
        } else if (text.isEmpty() || text.startsWith("#")) {
            absolute = withoutFragment() + text;
        } else {
            absolute = origin() + path.substring(0, path.lastIndexOf('/') + 1) + text;
        }
        return parse(absolute, UnaryOperator.identity());
    }

    private static Optional<WebAddress> parse(String url, UnaryOperator<String> parameters) {
        Matcher parts = PARTS.matcher(url);
        if (url.length() > MAX_LENGTH || !parts.matches()) {
            return Optional.empty();
        }
        Matcher authority = AUTHORITY.matcher(parts.group(2));
        if (!authority.matches()) {
            return Optional.empty();
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        int port = port(authority.group(3), scheme);
        String query = encode(parameters.apply(orEmpty(parts.group(4))));
        return host(authority.group(2))
                .map(host -> new WebAddress(
                        scheme,
                        encode(orEmpty(authority.group(1))),
                        host,
                        port,
                        // browsers treat backslashes as slashes
                        withoutDots(encode(parts.group(3).replace('\\', '/'))),
                        query,
                        encode(orEmpty(parts.group(5)))))
                .filter(address -> port <= MAX_PORT && address.isUri());
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    /** Returns -1 for the default port; a number above {@value #MAX_PORT} if the port is invalid. */
    private static int port(String digits, String scheme) {
        if (digits == null || digits.isEmpty()) {
            return -1;
        }
        String significant = digits.replaceFirst("^0+(?=.)", "");
        int port = significant.length() > 5 ? Integer.MAX_VALUE : Integer.parseInt(significant);
        return port == defaultPort(scheme) ? -1 : port;
    }

    private static int defaultPort(String scheme) {
        return scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
    }

    private static Optional<String> host(String text) {
        try {
            String decoded = text.contains("%") ? URLDecoder.decode(text.replace("+", "%2B"), UTF_8) : text;
            String ascii = decoded.startsWith("[") ? decoded : IDN.toASCII(decoded, IDN.ALLOW_UNASSIGNED);
            return Optional.of(ascii.toLowerCase(Locale.ROOT).replaceFirst("\\.$", ""))
                    .filter(name -> HOST.matcher(name).matches());
        } catch (IllegalArgumentException e) {
            // not a host name: a label is empty or too long, or the encoding is invalid
            return Optional.empty();
        }
    }

    /** RFC 3986, section 5.2.4. Empty segments are kept, because they can be part of an embedded address. */
    private static String withoutDots(String path) {
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.split("/", -1);
        for (int i = 1; i < segments.length; i++) {
            boolean up = segments[i].equals("..");
            if (up) {
                kept.pollLast();
            }
            if (!up && !segments[i].equals(".")) {
                kept.add(segments[i]);
            } else if (i == segments.length - 1) {
                kept.add("");
            }
        }
        return "/" + String.join("/", kept);
    }

    private static String withoutTracking(String query) {
        return Arrays.stream(query.split("&"))
                .filter(parameter ->
                        !parameter.isEmpty() && !TRACKING.matcher(parameter).matches())
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        String encoded = TO_ENCODE.matcher(text).replaceAll(found -> URLEncoder.encode(found.group(), UTF_8)
                .replace("+", "%20"));
        return ENCODED.matcher(encoded).replaceAll(found -> {
            String character = String.valueOf((char) Integer.parseInt(found.group(1), 16));
            return UNRESERVED.matcher(character).matches()
                    ? character
                    : found.group().toUpperCase(Locale.ROOT);
        });
    }

    private boolean isUri() {
        String text = toString();
        try {
            return text.length() <= MAX_LENGTH && new URI(text).getRawAuthority() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Returns the port to connect to. */
    public int effectivePort() {
        return port < 0 ? defaultPort(scheme) : port;
    }

    /** Returns scheme, host and port, without user information. */
    String origin() {
        return scheme + "://" + host + (port < 0 ? "" : ":" + port);
    }

    /** Returns path and query for a request. */
    String target() {
        return query.isEmpty() ? path : path + "?" + query;
    }

    /** Returns the address of the whole page, without a fragment; the cache key. */
    public WebAddress withoutFragment() {
        return new WebAddress(scheme, userInfo, host, port, path, query, "");
    }

    @Override
    public String toString() {
        return scheme + "://" + (userInfo.isEmpty() ? "" : userInfo + "@") + host + (port < 0 ? "" : ":" + port)
                + target() + (fragment.isEmpty() ? "" : "#" + fragment);
    }
}
