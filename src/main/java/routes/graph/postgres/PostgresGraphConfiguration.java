package routes.graph.postgres;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import routes.graph.Graph;

@Configuration(proxyBeanMethods = false)
class PostgresGraphConfiguration {

    @Bean
    @ConditionalOnProperty(prefix = "graph", name = "store", havingValue = "postgres")
    Graph graph(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        return new PostgresGraph(jdbc, transactions);
    }
}
