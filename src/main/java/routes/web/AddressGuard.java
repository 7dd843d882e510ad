package routes.web;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.security.web.util.matcher.IpAddressMatcher;

/**
 * Prevents fetches from private networks. The caller must connect to the addresses returned by {@link #addresses}, not to the name,
 * because the name may resolve to another address a moment later.
 */
final class AddressGuard implements AutoCloseable {
    /** Maximum number of pending lookups; a resolver gives up after some tens of seconds. */
    private static final int MAX_LOOKUPS = 64;

    /**
     * Blocks that are not public unicast, from the IANA registries of special-purpose addresses for IPv4 and IPv6. Entries for
     * single anycast services are omitted; the metadata service of Azure, which has a public address, is added.
     */
    private static final List<IpAddressMatcher> REFUSED = blocks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            // Teredo, ORCHID, benchmarks and other protocols
            "2001::/23",
            "2001:db8::/32",
            // 6to4
            "2002::/16",
            "3fff::/20");

    /** All IPv6 addresses assigned to the internet. Mapped, NAT64, local and multicast addresses are outside this block. */
    private static final List<IpAddressMatcher> PUBLIC_IPV6 = blocks("2000::/3");

    /** A name that browsers interpret as an IPv4 address, such as 0x7f.1. */
    private static final Pattern NUMERIC = Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)");

    private static final Pattern IPV4 = Pattern.compile("(?:(?:0|[1-9]\\d{0,2})(?:\\.(?!$)|$)){4}");
    private static final Pattern PLAIN_PATH = Pattern.compile("(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?");
    private static final int IPV6_BYTES = 16;

    @FunctionalInterface
    interface Resolver {
        InetAddress[] lookUp(String host) throws UnknownHostException;
    }

    private final CrawlProperties properties;
    private final Resolver resolver;
    private final Predicate<InetAddress> allowed;
    private final ThreadPoolExecutor lookups =
            new ThreadPoolExecutor(0, MAX_LOOKUPS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                var thread = new Thread(task, "crawl-dns");
                thread.setDaemon(true);
                return thread;
            });

    AddressGuard(CrawlProperties properties) {
        this(properties, InetAddress::getAllByName, AddressGuard::isPublic);
    }

    AddressGuard(CrawlProperties properties, Resolver resolver, Predicate<InetAddress> allowed) {
        this.properties = properties;
        this.resolver = resolver;
        this.allowed = allowed;
    }

    /**
     * Checks the address without a lookup.
     *
     * @throws FetchException if the page must not be fetched
     */
    void check(WebAddress page) throws FetchException {
        if (!page.userInfo().isEmpty()) {
            throw FetchReason.BAD_ADDRESS.exception("the URL contains a user name");
        }
        if (!isAllowedAnyway(page) && !properties.allowedPorts().contains(page.effectivePort())) {
            throw FetchReason.REFUSED_PORT.exception(
                    "port " + page.effectivePort() + " is not in CRAWL_ALLOWED_PORTS=" + properties.allowedPorts());
        }
        // programs interpret such numbers differently, for example as octal or decimal
        if (NUMERIC.matcher(page.host()).matches() && !IPV4.matcher(page.host()).matches()) {
            throw FetchReason.REFUSED_ADDRESS.exception("the host is an IP address in an unusual notation");
        }
    }

    /**
     * Returns the addresses to connect to; all of them are allowed, and there is at least one.
     *
     * @param timeout maximum wait for the name service
     * @throws FetchException if the page must not be fetched, or its name cannot be resolved
     */
    List<InetAddress> addresses(WebAddress page, Duration timeout) throws FetchException {
        check(page);
        List<InetAddress> addresses = lookUp(page.host(), timeout);
        for (InetAddress address : addresses) {
            if (!isAllowedAnyway(page) && !allowed.test(address)) {
                throw FetchReason.REFUSED_ADDRESS.exception(address.getHostAddress() + " is not a public IP address");
            }
        }
        return addresses;
    }

    private boolean isAllowedAnyway(WebAddress page) {
        return properties.allowPrivateNetworks()
                || properties.privatePages().stream()
                        .flatMap(named -> WebAddress.of(named).stream())
                        .anyMatch(named -> isBelow(page, named));
    }

    /**
     * Accepts only plain paths, because servers interpret others differently, such as {@code /demo/..;/users} and
     * {@code /demo/..%2fusers}.
     */
    private static boolean isBelow(WebAddress page, WebAddress named) {
        return page.origin().equals(named.origin())
                && page.query().isEmpty()
                && (page.path().equals("/robots.txt")
                        || page.path().startsWith(named.path())
                                && PLAIN_PATH.matcher(page.path()).matches());
    }

    private List<InetAddress> lookUp(String host, Duration timeout) throws FetchException {
        Future<InetAddress[]> lookup;
        try {
            lookup = lookups.submit(() -> resolver.lookUp(host));
        } catch (RejectedExecutionException e) {
            throw FetchReason.BUSY.exception("too many concurrent DNS look-ups");
        }
        try {
            InetAddress[] found = lookup.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (found.length == 0) {
                throw FetchReason.DNS.exception("the host name has no address");
            }
            // created from bytes, without zone and without a name that could be resolved again
            return Arrays.stream(found).map(AddressGuard::bare).toList();
        } catch (ExecutionException e) {
            throw FetchReason.DNS.exception("the host name is unknown");
        } catch (TimeoutException e) {
            throw FetchReason.DNS.exception("no response from DNS within " + timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw FetchReason.TIMEOUT.exception("interrupted");
        } finally {
            lookup.cancel(true);
        }
    }

    private static InetAddress bare(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        String text = address.getHostAddress();
        return (bytes.length != IPV6_BYTES || (contains(PUBLIC_IPV6, text) && !isIsatap(bytes)))
                && !contains(REFUSED, text)
                && !isOurs(address);
    }

    private static boolean contains(List<IpAddressMatcher> blocks, String address) {
        return blocks.stream().anyMatch(block -> block.matches(address));
    }

    /** RFC 5214: a router may forward packets to the IPv4 address in the last four bytes. */
    private static boolean isIsatap(byte[] address) {
        return (address[8] & 0xfd) == 0 && address[9] == 0 && address[10] == 0x5e && (address[11] & 0xff) == 0xfe;
    }

    /** Services of this machine may listen on its public address, intended for other machines of its network. */
    private static boolean isOurs(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return true;
        }
    }

    private static List<IpAddressMatcher> blocks(String... blocks) {
        return Stream.of(blocks).map(IpAddressMatcher::new).toList();
    }

    @Override
    public void close() {
        lookups.shutdownNow();
    }
}
