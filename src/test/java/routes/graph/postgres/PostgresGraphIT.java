package routes.graph.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.graph.Graph;
import routes.graph.GraphContract;

class PostgresGraphIT extends GraphContract {
    private static EmbeddedPostgres postgres;
    private static JdbcTemplate jdbc;
    private static Graph graph;

    @BeforeAll
    static void start() throws IOException {
        postgres = EmbeddedPostgres.start();
        DataSource database = postgres.getPostgresDatabase();
        jdbc = new JdbcTemplate(database);
        jdbc.execute(
                """
                create table graph_nodes (tenant_id uuid not null, label text not null, key text not null,
                    properties jsonb not null default '{}', primary key (tenant_id, label, key));
                create table graph_edges (tenant_id uuid not null, from_label text not null, from_key text not null,
                    type text not null, to_label text not null, to_key text not null,
                    weight double precision not null default 1, properties jsonb not null default '{}',
                    primary key (tenant_id, from_label, from_key, type, to_label, to_key));
                create index graph_edges_to on graph_edges (tenant_id, to_label, to_key, type);
                """);
        graph = new PostgresGraph(JdbcClient.create(database), new JdbcTransactionManager(database));
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @BeforeEach
    void empty() {
        jdbc.execute("truncate graph_nodes, graph_edges");
    }

    @Override
    protected Graph graph() {
        return graph;
    }

    @Override
    protected List<String> nodes() {
        return jdbc.queryForList("select label || ' ' || key from graph_nodes order by 1", String.class);
    }

    @Override
    protected List<String> edges() {
        return jdbc.queryForList(
                """
                select concat_ws(' ', from_label, from_key, type, to_label, to_key, properties ->> 'position',
                    case when type in ('RELATED_TO', 'INTERESTED_IN') then weight end)
                from graph_edges order by 1
                """,
                String.class);
    }

    @Override
    protected List<String> related(UUID tenant) {
        return jdbc.queryForList(
                """
                select concat_ws(' ', from_key, to_key, weight) from graph_edges
                where tenant_id = ? and type = 'RELATED_TO' order by 1
                """,
                String.class,
                tenant);
    }
}
