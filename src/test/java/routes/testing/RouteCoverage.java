package routes.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Writes down the ids of the steps that exchanges passed, when a context of a test is closed. They come from Camel's own statistics, and
 * from an interceptor of the contexts: the statistics have no entry for a step inside {@code doCatch}, {@code doFinally} or
 * {@code onFallback}, and those of an {@code onException} count the first route alone that uses it. {@code META-INF/spring.factories} of
 * the tests names it.
 */
public final class RouteCoverage implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    /** With a file for each JVM that ran tests. */
    public static final Path FOLDER = Path.of("target/route-coverage");

    /** A system property: benchmarks run without the interceptor. */
    public static final String OFF = "route.coverage.off";

    /** Ids that were seen by interceptors in this JVM. */
    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

    private static final InterceptStrategy INTERCEPTOR =
            (context, node, target, next) -> new DelegateAsyncProcessor(target) {
                @Override
                public boolean process(Exchange exchange, AsyncCallback callback) {
                    SEEN.add(node.getId());
                    return super.process(exchange, callback);
                }
            };

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> write(SEEN)));
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        // a program that a test starts in another folder has none
        if (Files.isDirectory(FOLDER.getParent()) && !Boolean.getBoolean(OFF)) {
            context.getBeanFactory().registerSingleton("routeCoverage", INTERCEPTOR);
            context.addApplicationListener((ContextClosedEvent closed) -> {
                if (closed.getApplicationContext() == context) {
                    write(passed());
                }
            });
        }
    }

    /** For routes of the product in a context that is not Spring's. Before they are added. */
    public static void watch(CamelContext context) {
        context.getCamelContextExtension().addInterceptStrategy(INTERCEPTOR);
    }

    private static synchronized void write(Set<String> passed) {
        if (passed.isEmpty() || !Files.isDirectory(FOLDER.getParent())) {
            return;
        }
        try {
            Files.createDirectories(FOLDER);
            Files.writeString(
                    FOLDER.resolve(ProcessHandle.current().pid() + ".txt"),
                    String.join("\n", passed) + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> passed() {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        Set<String> ids = new TreeSet<>();
        try {
            for (ObjectName step : beans.queryNames(new ObjectName("org.apache.camel:type=processors,*"), null)) {
                if ((Long) beans.getAttribute(step, "ExchangesTotal") > 0) {
                    ids.add(beans.getAttribute(step, "ProcessorId").toString());
                }
            }
        } catch (JMException e) {
            // a route was removed between the two calls
            return ids;
        }
        return ids;
    }
}
