package routes;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the product: {@code java -jar telegram-assistant.jar --help}. */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class TelegramAssistant {

    public static void main(String[] args) {
        giveUnusedMemoryBack();
        int exitCode = new CommandLine(System.out, System.err).run(args);
        if (exitCode != CommandLine.STAYS_UP) {
            System.exit(exitCode);
        }
    }

    /** Without this the JVM keeps the heap that an import once used. Flags set on the JVM's command line are not changed. */
    private static void giveUnusedMemoryBack() {
        var jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (jvm == null) {
            return; // not a HotSpot JVM
        }
        // the minimum must never exceed the maximum
        setVmOption(jvm, "MinHeapFreeRatio", "10");
        setVmOption(jvm, "MaxHeapFreeRatio", "30");
        setVmOption(jvm, "G1PeriodicGCInterval", "60000");
    }

    private static void setVmOption(HotSpotDiagnosticMXBean jvm, String option, String value) {
        if (jvm.getVMOption(option).getOrigin() == VMOption.Origin.DEFAULT) {
            jvm.setVMOption(option, value);
        }
    }
}
