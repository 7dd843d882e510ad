package routes.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.albums.AlbumAssembler;
import routes.albums.AlbumStates;
import routes.cleanup.Cleanup;
import routes.configuration.ConfigurationException;
import routes.configuration.Secrets;
import routes.crawl.Crawl;
import routes.crawltrigger.CrawlTrigger;
import routes.digests.Digests;
import routes.events.StreamCatalog;
import routes.indexing.Indexing;
import routes.retagging.Retagging;
import routes.routefiles.RouteEnvironment;
import routes.routefiles.RouteFileValidator;
import routes.routefiles.RouteFiles;
import routes.routefiles.RouteTrial;
import routes.routefiles.RouteTrial.Chosen;
import routes.routefiles.RouteTrial.Trust;
import routes.stages.EventRoutes;
import routes.stages.StageEntry;
import routes.tagging.Tagging;
import routes.vision.Vision;
import routes.web.Fetched;
import routes.web.PageFetcher;

/** Tries an edited route file with the entry of a post, without side effects, and shows what each step did. */
@Component
public class RouteTrials implements Trial {
    private static final int TIMEOUT_SECONDS = 120;
    private static final long MAX_BYTES = 1 << 20;

    private static final String PROVIDERS = "llmProviders";

    /** Beans that write only to the database, some as a variant for trials. Other beans are not called. */
    private static final Set<String> HARMLESS = Set.of(
            "events",
            "outages",
            "llmProviders",
            "tagging",
            "tagPersistence",
            "enrichment",
            "postPersistence",
            "vision",
            "retagging",
            "indexing",
            "crawlTrigger",
            "crawl",
            "albumAssembler",
            "digests",
            "cleanup");

    private static final int FOREIGN_SECONDS = 30;

    private final ApplicationContext spring;
    private final CamelContext camel;
    private final RunOptions options;
    private final RouteFiles files;
    private final StreamCatalog catalog;
    private final TrialEntries entries;
    private final ObjectMapper json;
    private final PlatformTransactionManager transactions;
    private final Semaphore foreign = new Semaphore(1);

    RouteTrials(
            ApplicationContext spring,
            @Lazy CamelContext camel,
            RunOptions options,
            RouteFiles files,
            StreamCatalog catalog,
            TrialEntries entries,
            ObjectMapper json,
            PlatformTransactionManager transactions) {
        this.spring = spring;
        this.camel = camel;
        this.options = options;
        this.files = files;
        this.catalog = catalog;
        this.entries = entries;
        this.json = json;
        this.transactions = transactions;
    }

    @Override
    public String stage() {
        return RunOptions.ROUTE;
    }

    @Override
    public boolean run(String subject, PrintStream out) {
        Path file = options.routeFile().orElseThrow();
        RouteTrial.Result result = run(
                file.getFileName().toString(),
                text(file),
                subject,
                options.allowCalls() ? Trust.WITH_CALLS : Trust.OWN);
        show(result, out);
        return result.succeeded();
    }

    /** Returns the trial of a file as text, without calls. */
    String show(Path file, String subject) {
        var shown = new ByteArrayOutputStream();
        show(
                run(file.getFileName().toString(), text(file), subject, Trust.OWN),
                new PrintStream(shown, true, StandardCharsets.UTF_8));
        return shown.toString(StandardCharsets.UTF_8);
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ConfigurationException(file + " is larger than " + MAX_BYTES + " bytes");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the route file " + file, e);
        }
    }

    /**
     * Tries a text from outside the machine, one at a time. Values of placeholders that are secrets are masked.
     *
     * @param subject as in {@link #run}
     * @return empty if another trial is still running
     * @throws ConfigurationException if the text cannot be tried with the subject, with the reason
     */
    public Optional<RouteTrial.Result> runForeign(String name, String text, String subject)
            throws InterruptedException {
        if (!foreign.tryAcquire()) {
            return Optional.empty();
        }
        // a separate thread, because the transaction and the time limit belong to a thread
        var trial = new FutureTask<>(() -> {
            try {
                return run(name, text, subject, Trust.FOREIGN);
            } finally {
                foreign.release();
            }
        });
        var thread = new Thread(trial, "route-trial");
        thread.setDaemon(true);
        thread.start();
        try {
            return Optional.of(trial.get(FOREIGN_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new ConfigurationException("The trial took longer than " + FOREIGN_SECONDS + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * @param name file name, such as 30-tagging.camel.yaml
     * @param subject id or number of a post, or an entry as {@code <stream>/<id>}
     * @throws ConfigurationException if there is no such post or entry, or nothing to try the file with
     */
    public RouteTrial.Result run(String name, String text, String subject, Trust trust) {
        Function<List<String>, Chosen> entry = entries.of(subject);
        UnaryOperator<String> properties = spring.getEnvironment()::getProperty;
        var environment =
                RouteEnvironment.of(spring, trust == Trust.FOREIGN ? masked(properties) : properties, catalog.names());
        var trial = new RouteTrial(new RouteFileValidator(environment, spring.getClassLoader()), files, new Process());
        var transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TIMEOUT_SECONDS);
        try {
            return transaction.execute(status -> {
                status.setRollbackOnly();
                return trial.run(name, text, entry, trust);
            });
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(name + ": " + e.getMessage(), e);
        }
    }

    private static UnaryOperator<String> masked(UnaryOperator<String> properties) {
        return name -> {
            String value = properties.apply(name);
            return value == null
                    ? null
                    : Secrets.mask(name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"), value);
        };
    }

    /** The parts of the process that a trial uses. */
    private final class Process implements RouteTrial.Surroundings {

        private final Map<String, Object> beans = new HashMap<>();
        private final List<String> left = new ArrayList<>();

        @Override
        public Object bean(String name) {
            if (!beans.containsKey(name)) {
                beans.put(name, spring.containsBean(name) ? rehearsal(spring.getBean(name)) : null);
            }
            return beans.get(name);
        }

        /** Returns the variant of a bean for trials, if there is one. */
        private Object rehearsal(Object bean) {
            if (bean instanceof EventRoutes events) {
                return events.rehearsal();
            } else if (bean instanceof Tagging tagging) {
                return tagging.rehearsal();
            } else if (bean instanceof Retagging retagging) {
                return retagging.rehearsal();
            } else if (bean instanceof Vision vision) {
                return vision.rehearsal();
            } else if (bean instanceof Indexing indexing) {
                return indexing.rehearsal(left::add);
            } else if (bean instanceof CrawlTrigger trigger) {
                return trigger.rehearsal();
            } else if (bean instanceof Crawl crawl) {
                return crawl.rehearsal();
            } else if (bean instanceof AlbumStates states) {
                return states.rehearsal();
            } else if (bean instanceof AlbumAssembler assembler) {
                return assembler.rehearsal((AlbumStates) bean("albumStates"), left::add);
            } else if (bean instanceof Digests digests) {
                return digests.rehearsal(left::add);
            } else if (bean instanceof Cleanup cleanup) {
                return cleanup.rehearsal(left::add);
            }
            return bean;
        }

        @Override
        public boolean isForTrials(Object bean) {
            return bean instanceof AlbumStates;
        }

        @Override
        public boolean mayCall(String bean, String method) {
            return HARMLESS.contains(bean);
        }

        @Override
        public List<String> left() {
            List<String> all = List.copyOf(left);
            left.clear();
            return all;
        }

        @Override
        public String text(Object body) {
            if (body instanceof CharSequence || body instanceof Number || body instanceof Boolean) {
                return body.toString();
            }
            if (body instanceof StageEntry entry) {
                return "entry about the posts " + entry.posts();
            }
            if (body instanceof Message message) {
                return text(message.getBody());
            }
            if (body instanceof Collection<?> several) {
                return several.stream().map(this::text).collect(Collectors.joining(",\n", "[", "]"));
            }
            try {
                return json.writeValueAsString(body);
            } catch (JsonProcessingException | RuntimeException e) {
                return body.toString(); // hard to read, but better than nothing
            }
        }

        @Override
        public String call(String uri, Exchange exchange, boolean allowed) throws Exception {
            String link = uri.startsWith("direct:") ? uri.replaceFirst("^direct:(//)?", "") : "";
            boolean models = link.equals("llm");
            if (!allowed && link.equals("fetch") && exchange.getMessage().getBody() instanceof PageFetcher.Wish wish) {
                exchange.getMessage()
                        .setBody(new Fetched.Failed(
                                "not_fetched", false, wish.url(), "a trial does not fetch pages", null, Duration.ZERO));
                return wish.url() + " is not fetched; --allow-calls permits the request";
            }
            if (!allowed && !models) {
                return "";
            }
            String wanted = exchange.getProperty(PROVIDERS, String.class);
            // an exchange of the application's context: an exchange of the trial would resolve the trial's endpoints
            Exchange done = Trial.request(camel, uri, inner -> {
                exchange.getProperties().forEach(inner::setProperty);
                if (models && !allowed) {
                    inner.setProperty(PROVIDERS, "local");
                }
                inner.getIn().setBody(exchange.getMessage().getBody());
                inner.getIn().setHeaders(new HashMap<>(exchange.getMessage().getHeaders()));
            });
            if (done.getException() != null) {
                throw done.getException();
            }
            exchange.getMessage().setBody(done.getMessage().getBody());
            exchange.getMessage().setHeaders(new HashMap<>(done.getMessage().getHeaders()));
            return models && !allowed ? "answered by the provider local instead of " + wanted : "sent to " + uri;
        }
    }

    static void show(RouteTrial.Result result, PrintStream out) {
        result.problems().forEach(out::println);
        for (RouteTrial.StepTrace step : result.steps()) {
            String indent = "  ".repeat(step.depth());
            out.printf(
                    "%s%s %s, line %d%s%n",
                    indent, step.kind(), step.id(), step.line(), step.note().isEmpty() ? "" : ": " + step.note());
            step.headers().forEach((name, value) -> out.println(indent + "    header " + name + " = " + value));
            step.properties().forEach((name, value) -> out.println(indent + "    property " + name + " = " + value));
            if (step.body() != null) {
                step.body().lines().forEach(line -> out.println(indent + "  | " + line));
            }
        }
        out.println("Outcome    " + result.outcome() + "; nothing is stored");
    }
}
