package routes.operations;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import org.apache.camel.impl.DefaultCamelContext;
import org.springframework.context.ApplicationContext;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import routes.configuration.ConfigFolderProperties;
import routes.events.EventCodec;
import routes.events.StreamCatalog;
import routes.posts.PostEvents;
import routes.redis.StreamAdmin;
import routes.routefiles.RouteFiles;
import routes.stages.StreamKeys;

/** Trials in a process without the pipeline: routes that use no beans of it. */
public final class RouteTrialsOfTests {

    private RouteTrialsOfTests() {}

    public static RouteTrials of(ApplicationContext spring, JdbcClient jdbc, PlatformTransactionManager transactions) {
        return new RouteTrials(
                spring,
                new DefaultCamelContext(),
                RunOptions.parse(),
                new RouteFiles(
                        new PathMatchingResourcePatternResolver(spring),
                        spring.getBean(ConfigFolderProperties.class).dir().resolve("routes")),
                spring.getBean(StreamCatalog.class),
                new TrialEntries(
                        spring.getBean(StreamCatalog.class),
                        spring.getBean(StreamKeys.class),
                        spring.getBean(StreamAdmin.class),
                        spring.getBean(EventCodec.class),
                        new PostEvents(jdbc, Clock.systemUTC()),
                        new PostNumbers(jdbc)),
                spring.getBean(ObjectMapper.class),
                transactions);
    }
}
