package routes.graph.postgres;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import routes.graph.Graph;

@Configuration(proxyBeanMethods = false)
class PostgresGraphConfiguration {

    @Bean
    Graph graph(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        return new PostgresGraph(jdbc, transactions);
    }
}
