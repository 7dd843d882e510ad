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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.albums.AlbumAssembler;
import routes.albums.AlbumStates;
import routes.cleanup.Cleanup;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.ConfigurationException;
import routes.configuration.Secrets;
import routes.crawl.Crawl;
import routes.crawltrigger.CrawlTrigger;
import routes.digests.Digests;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.EventStream;
import routes.events.PostDeleted;
import routes.events.PostParsed;
import routes.events.StreamCatalog;
import routes.indexing.Indexing;
import routes.posts.DeletionReason;
import routes.posts.PostEvents;
import routes.redis.StreamAdmin;
import routes.redisstreams.RedisStreamsConstants;
import routes.retagging.Retagging;
import routes.routefiles.RouteEnvironment;
import routes.routefiles.RouteFileValidator;
import routes.routefiles.RouteFiles;
import routes.routefiles.RouteTrial;
import routes.routefiles.RouteTrial.Chosen;
import routes.routefiles.RouteTrial.Trust;
import routes.stages.EventRoutes;
import routes.stages.StageEntry;
import routes.stages.StreamKeys;
import routes.tagging.Tagging;
import routes.vision.Vision;
import routes.web.Fetched;
import routes.web.PageFetcher;

/** Tries an edited route file with the entry of a post, without side effects, and shows what each step did. */
@Component
public class RouteTrials implements Trial {
    /** Of each stream, for the newest entry about the post. */
    private static final int MAX_ENTRIES = 10_000;

    private static final int TIMEOUT_SECONDS = 120;
    private static final long MAX_BYTES = 1 << 20;

    private static final String PROVIDERS = "llmProviders";

    /** Beans that write to nothing but the database, some in the form that they have for trials; others are not called. */
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
    private final ConfigFolderProperties config;
    private final StreamCatalog catalog;
    private final StreamKeys keys;
    private final StreamAdmin admin;
    private final EventCodec codec;
    private final PostEvents posts;
    private final PostNumbers numbers;
    private final ObjectMapper json;
    private final PlatformTransactionManager transactions;
    private final Semaphore foreign = new Semaphore(1);

    RouteTrials(
            ApplicationContext spring,
            @Lazy CamelContext camel,
            RunOptions options,
            ConfigFolderProperties config,
            StreamCatalog catalog,
            StreamKeys keys,
            StreamAdmin admin,
            EventCodec codec,
            PostEvents posts,
            PostNumbers numbers,
            ObjectMapper json,
            PlatformTransactionManager transactions) {
        this.spring = spring;
        this.camel = camel;
        this.options = options;
        this.config = config;
        this.catalog = catalog;
        this.keys = keys;
        this.admin = admin;
        this.codec = codec;
        this.posts = posts;
        this.numbers = numbers;
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

    /** The trial of a file as text, without calls. */
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
            throw new UncheckedIOException("The route file " + file + " cannot be read", e);
        }
    }

    /**
     * Tries a text that came from outside the machine, one at a time. Placeholders do not tell secrets.
     *
     * @param subject as in {@link #run}
     * @return empty if another trial has not ended yet
     * @throws ConfigurationException if the text cannot be tried with it, with the reason
     */
    public Optional<RouteTrial.Result> runForeign(String name, String text, String subject)
            throws InterruptedException {
        if (!foreign.tryAcquire()) {
            return Optional.empty();
        }
        // a thread of its own, since the transaction and the limit of time belong to a thread
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
            throw new ConfigurationException("The trial lasted longer than " + FOREIGN_SECONDS + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Tries a file.
     *
     * @param name of the file, such as 30-tagging.camel.yaml
     * @param subject id or number of a post, or an entry as {@code <stream>/<id>}
     * @throws ConfigurationException if there is no such post or entry, or nothing to try the file with
     */
    public RouteTrial.Result run(String name, String text, String subject, Trust trust) {
        Function<List<String>, Chosen> entry = subject.contains("/") ? ofEntry(subject) : ofPost(numbers.id(subject));
        UnaryOperator<String> properties = spring.getEnvironment()::getProperty;
        var environment = new RouteEnvironment(
                Stream.of(spring.getBeanDefinitionNames())
                        .collect(Collectors.toMap(
                                bean -> bean, bean -> Objects.requireNonNullElse(spring.getType(bean), Object.class))),
                trust == Trust.FOREIGN ? masked(properties) : properties,
                catalog.names());
        var trial = new RouteTrial(
                new RouteFileValidator(environment, spring.getClassLoader()),
                new RouteFiles(
                        new PathMatchingResourcePatternResolver(spring),
                        config.dir().resolve("routes")),
                new Process());
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

    /** The entry of a post: of posts.parsed made from what is stored, of other streams the newest. */
    private Function<List<String>, Chosen> ofPost(UUID post) {
        return names -> names.stream()
                .flatMap(name -> fields(catalog.stream(name), post).map(fields -> prepared(name, fields)).stream())
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("Among the newest " + MAX_ENTRIES + " entries of "
                        + String.join(" and ", names) + " none is about the post " + post
                        + ": have it tagged again, or try another post"
                        + names.stream()
                                .flatMap(name -> newestId(catalog.stream(name)).stream())
                                .findFirst()
                                .map(id -> ", or an entry, such as --entry=" + id)
                                .orElse("")));
    }

    private Optional<Map<String, String>> fields(EventStream stream, UUID post) {
        Optional<PostParsed> parsed =
                posts.parsed(List.of(post), Optional.empty(), "try").stream().findFirst();
        if (parsed.isEmpty()) {
            throw new ConfigurationException("There is no post " + post);
        }
        if (stream.type() == PostParsed.class) {
            return parsed.map(codec::write);
        }
        Optional<Map<String, String>> newest = newest(stream, post);
        return newest.isEmpty() && stream.type() == PostDeleted.class
                ? parsed.map(RouteTrials::deleted).map(codec::write)
                : newest;
    }

    /** What would be published if the post were deleted now: a clean-up is tried before it is needed. */
    private static PostDeleted deleted(PostParsed post) {
        return new PostDeleted(
                Event.SCHEMA_VERSION,
                post.traceId(),
                post.occurredAt(),
                "try",
                post.postId(),
                post.tenantId(),
                post.channelId(),
                DeletionReason.ADMIN.text(),
                null);
    }

    private Function<List<String>, Chosen> ofEntry(String subject) {
        String stream = subject.substring(0, subject.lastIndexOf('/'));
        Map<String, String> fields = entryWithId(stream, subject);
        return names -> prepared(stream, fields);
    }

    private Map<String, String> entryWithId(String name, String subject) {
        String id = subject.substring(name.length() + 1);
        if (!catalog.names().contains(name) || !id.matches("\\d{1,19}-\\d{1,19}")) {
            throw new ConfigurationException(
                    "'" + subject + "' must be the name of a stream, a slash and the id of an entry, such as"
                            + " posts.tagged/1769860800000-0");
        }
        return keys.of(catalog.stream(name)).stream()
                .flatMap(key -> Stream.of(key, key + ":dlq"))
                .flatMap(key -> admin.read(key, id, id, 1).stream())
                .findFirst()
                .map(StreamAdmin.Entry::fields)
                .orElseThrow(() -> new ConfigurationException(
                        "There is no entry " + subject + ", neither in the stream nor among its dead letters"));
    }

    private Chosen prepared(String name, Map<String, String> fields) {
        return new Chosen(name, exchange -> {
            Message message = exchange.getIn();
            message.setBody(fields);
            message.setHeader(RedisStreamsConstants.STREAM, name);
            message.setHeader(RedisStreamsConstants.KEY, catalog.stream(name).key());
            message.setHeader(RedisStreamsConstants.GROUP, "try");
            message.setHeader(RedisStreamsConstants.CONSUMER, "try");
            message.setHeader(RedisStreamsConstants.MESSAGE_ID, "0-1");
            message.setHeader(RedisStreamsConstants.DELIVERIES, 1);
        });
    }

    private Optional<Map<String, String>> newest(EventStream stream, UUID post) {
        var found = new AtomicReference<Map<String, String>>();
        keys.of(stream)
                .forEach(key -> admin.readNewest(key, MAX_ENTRIES, entry -> {
                    if (found.get() == null && isAbout(entry.fields(), post)) {
                        found.set(entry.fields());
                    }
                }));
        return Optional.ofNullable(found.get());
    }

    private static boolean isAbout(Map<String, String> fields, UUID post) {
        return StageEntry.postIn(fields)
                .map(post::equals)
                // an album names several
                .orElseGet(() -> fields.toString().contains(post.toString()));
    }

    private Optional<String> newestId(EventStream stream) {
        var found = new AtomicReference<String>();
        keys.of(stream)
                .forEach(key ->
                        admin.readNewest(key, 1, entry -> found.compareAndSet(null, stream.name() + "/" + entry.id())));
        return Optional.ofNullable(found.get());
    }

    /** What a trial has of the process. */
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

        /** The form of a bean for trials, if it has one. */
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
                return "entry of posts " + entry.posts();
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
                return body.toString(); // not for people, but better than nothing
            }
        }

        @Override
        public String call(String uri, Exchange exchange, boolean allowed) throws Exception {
            String link = uri.startsWith("direct:") ? uri.replaceFirst("^direct:(//)?", "") : "";
            boolean models = link.equals("llm");
            if (!allowed && link.equals("fetch") && exchange.getMessage().getBody() instanceof PageFetcher.Wish wish) {
                exchange.getMessage()
                        .setBody(new Fetched.Failed(
                                "not_fetched", false, wish.url(), "a trial fetches nothing", null, Duration.ZERO));
                return wish.url() + " is not fetched; --allow-calls fetches it";
            }
            if (!allowed && !models) {
                return "";
            }
            String wanted = exchange.getProperty(PROVIDERS, String.class);
            // an exchange of the process: one of the trial would find the trial's endpoints
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
            return models && !allowed ? "answered by the provider local, in place of " + wanted : "sent to " + uri;
        }
    }

    /** Prints a trial. */
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
