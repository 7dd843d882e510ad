package routes.console;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.jolokia.server.core.restrictor.AbstractConstantRestrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;

/**
 * Restricts what Jolokia, and therefore Hawtio, can read and execute. Everything that is not listed here is forbidden. Allowed are MBeans
 * of Camel, which include those of this product, and basic MBeans of the JVM; no attributes can be written; only operations that read,
 * that start and stop a route, those of StreamReplay, and the reload of route files can be executed.
 */
// named in application.yml; Jolokia creates it
public final class ConsoleRestrictor extends AbstractConstantRestrictor {
    private static final String CAMEL = "org.apache.camel";
    private static final String JVM = "java.lang";
    private static final String TYPE = "type";

    private static final Set<RequestType> REQUESTS =
            Set.of(RequestType.READ, RequestType.LIST, RequestType.SEARCH, RequestType.EXEC, RequestType.VERSION);

    private static final Set<String> JVM_TYPES = Set.of(
            "Runtime",
            "Memory",
            "MemoryPool",
            "GarbageCollector",
            "OperatingSystem",
            "Threading",
            "ClassLoading",
            "Compilation");

    /** Allowed attributes of MBeans that also contain settings of the process. */
    private static final Map<String, Set<String>> ATTRIBUTES = Map.of(
            "Runtime",
            Set.of(
                    "Name",
                    "Pid",
                    "SpecName",
                    "SpecVendor",
                    "SpecVersion",
                    "StartTime",
                    "Uptime",
                    "VmName",
                    "VmVendor",
                    "VmVersion"));

    /** Allowed operations of Camel MBeans other than those of this product: they change nothing. */
    private static final Pattern LOOKING =
            Pattern.compile("(is|has|get|dump|list|explain|find)[A-Z].*|informationJson|completeEndpointPath");

    /** Forbidden operations: they return text of messages, or evaluate or send something. */
    private static final Pattern NEVER =
            Pattern.compile(".*(Message|Body|Breakpoint|Trace).*|(?i).*(password|secret|propert|environment|option).*");

    private static final Map<String, Set<String>> CONTROL = Map.of(
            "routes", Set.of("start", "stop", "suspend", "resume", "reset"),
            "consumers", Set.of("pauseGroup", "resumeGroup"));

    public ConsoleRestrictor() {
        super(false);
    }

    @Override
    public boolean isHttpMethodAllowed(HttpMethod method) {
        // a GET only reads, unless it has the token of the page
        return method == HttpMethod.POST || method == HttpMethod.GET;
    }

    @Override
    public boolean isTypeAllowed(RequestType type) {
        return REQUESTS.contains(type);
    }

    /** Always allowed here: the login and the listen address restrict the access. */
    @Override
    public boolean isRemoteAccessAllowed(String... hostOrAddress) {
        return true;
    }

    /** Always allowed here: a preceding filter admits only requests without an origin, or with the origin of the console itself. */
    @Override
    public boolean isOriginAllowed(String origin, boolean isStrict) {
        return true;
    }

    @Override
    public boolean isObjectNameHidden(ObjectName name) {
        return !isAllowed(name);
    }

    private static boolean isAllowed(ObjectName name) {
        if (name.isDomainPattern()) {
            return false;
        }
        String type = name.getKeyProperty(TYPE);
        return name.getDomain().equals(CAMEL)
                || (name.getDomain().equals(JVM) && type != null && JVM_TYPES.contains(type));
    }

    @Override
    public boolean isAttributeReadAllowed(ObjectName name, String attribute) {
        if (!isAllowed(name)) {
            return false;
        }
        return !name.getDomain().equals(JVM)
                || ATTRIBUTES
                        .getOrDefault(name.getKeyProperty(TYPE), Set.of(attribute))
                        .contains(attribute);
    }

    @Override
    public boolean isOperationAllowed(ObjectName name, String operation) {
        if (!isAllowed(name) || !name.getDomain().equals(CAMEL)) {
            return false;
        }
        String plain = operation.replaceFirst("\\(.*", "");
        String type = name.getKeyProperty(TYPE);
        if ("services".equals(type)) {
            String service = name.getKeyProperty("name");
            // a trial could read any file of the machine
            if ("StreamReplay".equals(service) || ("RouteEdits".equals(service) && plain.equals("reload"))) {
                return true;
            }
        }
        return CONTROL.getOrDefault(String.valueOf(type), Set.of()).contains(plain)
                || (LOOKING.matcher(plain).matches() && !NEVER.matcher(plain).matches());
    }
}
