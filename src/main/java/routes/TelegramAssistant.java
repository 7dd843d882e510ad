package routes;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the product: {@code java -jar telegram-assistant.jar --help}. */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class TelegramAssistant {

    public static void main(String[] args) {
        int exitCode = new CommandLine(System.out, System.err).run(args);
        if (exitCode != CommandLine.STAYS_UP) {
            System.exit(exitCode);
        }
    }
}
