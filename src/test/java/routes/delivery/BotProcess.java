package routes.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.digests.DigestTable;
import routes.digests.DigestsOfTests;
import routes.operations.DependencyOutages;
import routes.search.ReaderSearch;
import routes.testing.RouteCoverage;
import routes.text.SearchWords;
import routes.trends.TrendsOfTests;

/** The routes of the bot with their beans, as in one process. Also a program that sends what is due, to be killed. */
final class BotProcess implements AutoCloseable {
    final DefaultCamelContext camel = new DefaultCamelContext();
    final TelegramLinks links;
    final DigestDelivery delivery;
    final BotUpdates updates;
    final BotMessages messages;
    final MeterRegistry metrics = new SimpleMeterRegistry();

    /** @param search null: commands are not searched for */
    BotProcess(DataSource database, String url, String token, Duration timeout, ReaderSearch search, Clock clock)
            throws Exception {
        BotProperties properties = new BotProperties(token, url, Duration.ofSeconds(1), timeout, Duration.ofDays(1));
        JdbcClient jdbc = JdbcClient.create(database);
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(database));
        DigestTable digests = DigestsOfTests.table(database);
        BotClient client = new BotClient(properties);
        messages = new BotMessages(jdbc, transaction, properties);
        links = new TelegramLinks(jdbc, transaction, properties, clock);
        delivery = new DigestDelivery(messages, links, digests, properties, jdbc, transaction, metrics, clock);
        BotCommands commands = new BotCommands(
                links,
                digests,
                DigestsOfTests.settings(database, clock),
                TrendsOfTests.of(database, new SearchWords(), metrics, clock),
                search,
                jdbc,
                clock);
        updates = new BotUpdates(client, commands, messages, properties, jdbc, transaction, metrics, clock);
        camel.addComponent("telegram", DeliveryConfiguration.component(client, properties));
        camel.getRegistry().bind("digestDelivery", delivery);
        camel.getRegistry().bind("botUpdates", updates);
        camel.getRegistry().bind("outages", new DependencyOutages());
        camel.getShutdownStrategy().setTimeUnit(TimeUnit.MILLISECONDS);
        camel.getShutdownStrategy().setTimeout(200);
        camel.getShutdownStrategy().setSuppressLoggingOnTimeout(true);
        RouteCoverage.watch(camel);
        var loader = PluginHelper.getRoutesLoader(camel);
        for (String file : new String[] {"00-errors.camel.yaml", "72-delivery.camel.yaml"}) {
            loader.loadRoutes(ResourceHelper.fromString(file, text("/routes/" + file)));
        }
        // the test says when
        for (String route : new String[] {"delivery", "delivery-updates"}) {
            AdviceWith.adviceWith(camel, route, false, advice -> advice.replaceFromWith("direct:" + route));
        }
        camel.start();
    }

    private static String text(String resource) throws Exception {
        try (InputStream in = Objects.requireNonNull(BotProcess.class.getResourceAsStream(resource))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /** What the timer of the route does each second. */
    void deliver() {
        run("direct:delivery");
    }

    /** Reads what people wrote, and sends the answers. */
    void answer() {
        read();
        deliver();
    }

    void read() {
        run("direct:delivery-updates");
    }

    private void run(String route) {
        Exception failure =
                camel.createFluentProducerTemplate().to(route).send().getException();
        if (failure != null) {
            throw new IllegalStateException(route, failure);
        }
    }

    @Override
    public void close() {
        updates.stop();
        camel.stop();
    }

    /** Sends what is due now: address of the database, address of the Bot API. */
    public static void main(String[] arguments) throws Exception {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(arguments[0]);
        try (BotProcess process = new BotProcess(
                database, arguments[1], BotApiStandIn.TOKEN, Duration.ofSeconds(60), null, Clock.systemUTC())) {
            process.deliver();
        }
    }
}
