package routes;

import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Keeps Spring Boot from telling a failed start in its own words: {@link CommandLine} tells it, in one line where it can. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class StartFailures implements SpringBootExceptionReporter {

    // Spring Boot makes reporters with the context
    StartFailures(ConfigurableApplicationContext context) {}

    @Override
    public boolean reportException(Throwable failure) {
        return true;
    }
}
