package routes.operations;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.ingest.ProgressListener;
import routes.ingest.TerminalProgress;

@Configuration(proxyBeanMethods = false)
class ConsoleConfiguration {

    @Bean
    ProgressListener importProgress() {
        return new TerminalProgress(System.out, System.console() != null);
    }
}
