package routes.crawl;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

@Configuration(proxyBeanMethods = false)
class CrawlConfiguration {
    /** Hosts that one process asks at the same time, besides those that the threads of the stage ask themselves. */
    private static final int HOSTS = 8;

    private static final int IDLE_SECONDS = 30;

    /** Threads that wait for hosts. If all of them wait, the thread of the stage waits itself. */
    @Bean(destroyMethod = "shutdownNow")
    ExecutorService crawlFetchers() {
        var threads = new CustomizableThreadFactory("crawl-fetch-");
        threads.setDaemon(true);
        return new ThreadPoolExecutor(
                0,
                HOSTS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                threads,
                new ThreadPoolExecutor.CallerRunsPolicy());
    }
}
