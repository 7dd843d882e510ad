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
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Writes down the ids of the steps that exchanges passed, when a context of a test is closed: from Camel's own statistics, so that the
 * routes of the tests are those of the product. {@code META-INF/spring.factories} of the tests names it.
 */
public final class RouteCoverage implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    /** With a file for each JVM that ran tests. */
    public static final Path FOLDER = Path.of("target/route-coverage");

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        // a program that a test starts in another folder has none
        if (Files.isDirectory(FOLDER.getParent())) {
            context.addApplicationListener((ContextClosedEvent closed) -> {
                if (closed.getApplicationContext() == context) {
                    write();
                }
            });
        }
    }

    private static synchronized void write() {
        Set<String> passed = passed();
        if (passed.isEmpty()) {
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
