package routes.crawltrigger;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/** A link that can be fetched, and its host in lower case. */
record Link(String url, String domain) {

    /** Empty unless the text is an absolute http(s) address: producers other than our ingest may send anything. */
    static Optional<Link> of(String url) {
        try {
            URI uri = new URI(url.strip());
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            // getHost() supports only ASCII names
            String host =
                    String.valueOf(uri.getAuthority()).replaceFirst("^.*@", "").replaceFirst(":\\d*$", "");
            boolean web = scheme.equals("http") || scheme.equals("https");
            return web && uri.getAuthority() != null && !host.isBlank()
                    ? Optional.of(new Link(url.strip(), host.toLowerCase(Locale.ROOT)))
                    : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
