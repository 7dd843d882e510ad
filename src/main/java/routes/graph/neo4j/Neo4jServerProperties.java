package routes.graph.neo4j;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param uri            address of a Neo4j server (5 or later) for the graph, such as neo4j://host:7687, or neo4j+s://host for TLS; if
 *     empty, GRAPH_STORE selects the store
 * @param user           user name for Neo4j
 * @param password       password of the Neo4j user; empty for a server without authentication
 * @param database       Neo4j database; the Community Edition supports only neo4j
 * @param timeout        maximum duration of a read or write, including the wait for a connection
 * @param maxConnections maximum number of Neo4j connections of this process
 */
@ConfigurationProperties("neo4j")
public record Neo4jServerProperties(
        @DefaultValue("")
                @Pattern(
                        regexp = "((neo4j|bolt)(\\+s|\\+ssc)?://[^\\s/@]+(/\\S*)?)?",
                        message =
                                "must be a URL such as neo4j://host:7687 or neo4j+s://host, without user and"
                                        + " password; 7474 and 7473 are the ports of the web interface, 7687 is the port for drivers")
                String uri,
        @DefaultValue("neo4j") @NotBlank String user,
        @DefaultValue("") String password,
        @DefaultValue("neo4j") @NotBlank String database,
        @DefaultValue("20s") @DurationMin(seconds = 1) @DurationMax(seconds = 50) Duration timeout,
        @DefaultValue("20") @Min(1) @Max(1_000) int maxConnections) {}
