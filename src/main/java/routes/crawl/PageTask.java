package routes.crawl;

import java.util.UUID;
import routes.events.Sha256;
import routes.web.WebAddress;

/**
 * A page to read for the posts of a tenant.
 *
 * @param address in normalized form, without a fragment
 */
public record PageTask(UUID tenantId, WebAddress address) {

    String url() {
        return address.toString();
    }

    String host() {
        return address.host();
    }

    /** Returns the SHA-256 of the address, in hex. */
    String urlHash() {
        return urlHash(address);
    }

    static String urlHash(WebAddress address) {
        return Sha256.hex(address.withoutFragment().toString());
    }
}
