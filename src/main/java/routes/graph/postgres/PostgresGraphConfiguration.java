package routes.graph.postgres;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import routes.graph.Graph;
import routes.graph.GraphProperties;
import routes.graph.NoGraph;

@Configuration(proxyBeanMethods = false)
class PostgresGraphConfiguration {

    @Bean
    Graph graph(GraphProperties properties, JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        return switch (properties.store()) {
            case POSTGRES -> new PostgresGraph(jdbc, transactions);
            case NONE -> new NoGraph();
        };
    }
}
