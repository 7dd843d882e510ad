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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.ConfigurationException;
import routes.events.EventCodec;
import routes.events.EventStream;
import routes.events.PostParsed;
import routes.events.StreamCatalog;
import routes.llm.ModelResult;
import routes.llm.ProvidersFailedException;
import routes.posts.PostEvents;
import routes.redis.StreamAdmin;
import routes.redisstreams.RedisStreamsConstants;
import routes.routefiles.RouteEnvironment;
import routes.routefiles.RouteFileValidator;
import routes.routefiles.RouteFiles;
import routes.routefiles.RouteTrial;
import routes.stages.StageEntry;
import routes.stages.StreamKeys;
import routes.tagging.Tagging;
import routes.tagging.TaggingPass;
import routes.tagging.TaggingTask;

/** Tries an edited route file with the entry of a post, without side effects, and shows what each step did. */
@Component
public class RouteTrials implements Trial {
    /** Of each stream, for the newest entry about the post. */
    private static final int MAX_ENTRIES = 10_000;

    private static final int TIMEOUT_SECONDS = 120;
    private static final long MAX_BYTES = 1 << 20;

    private static final String ALL = "*";
    private static final String PROVIDERS = "llmProviders";

    /** Methods that write to nothing but the database; the others of these beans, and other beans, are not called. */
    private static final Map<String, Set<String>> HARMLESS = Map.of(
            "events", Set.of(ALL),
            "outages", Set.of(ALL),
            "llmProviders", Set.of(ALL),
            "tagging", Set.of("begin", "task", "answered", "failed"),
            "tagPersistence", Set.of(ALL),
            "enrichment", Set.of(ALL));

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
    public boolean run(String post, PrintStream out) {
        Path file = options.routeFile().orElseThrow();
        RouteTrial.Result result = run(file.getFileName().toString(), text(file), post, options.allowCalls());
        show(result, out);
        return result.succeeded();
    }

    /** The trial of a file as text, without calls. */
    String show(Path file, String post) {
        var shown = new ByteArrayOutputStream();
        show(
                run(file.getFileName().toString(), text(file), post, false),
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
     * Tries a file.
     *
     * @param name of the file, such as 30-tagging.camel.yaml
     * @param post id or number
     * @param allowed whether beans and endpoints are called whose effects cannot be undone; streams get nothing in any case
     * @throws ConfigurationException if there is no such post, or nothing to try the file with
     */
    public RouteTrial.Result run(String name, String text, String post, boolean allowed) {
        UUID id = numbers.id(post);
        var environment = new RouteEnvironment(
                Stream.of(spring.getBeanDefinitionNames())
                        .collect(Collectors.toMap(
                                bean -> bean, bean -> Objects.requireNonNullElse(spring.getType(bean), Object.class))),
                spring.getEnvironment()::getProperty,
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
                return trial.run(name, text, stream -> entry(stream, id), allowed);
            });
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(name + ": " + e.getMessage(), e);
        }
    }

    /** The entry of a post: of posts.parsed made from what is stored, of other streams the newest. */
    private Consumer<Exchange> entry(String name, UUID post) {
        EventStream stream = catalog.stream(name);
        Map<String, String> fields = stream.type() == PostParsed.class
                ? posts.parsed(List.of(post), Optional.empty(), "try").stream()
                        .findFirst()
                        .map(codec::write)
                        .orElseThrow(() -> new ConfigurationException("There is no post " + post))
                : newest(stream, post);
        return exchange -> {
            Message message = exchange.getIn();
            message.setBody(fields);
            message.setHeader(RedisStreamsConstants.STREAM, name);
            message.setHeader(RedisStreamsConstants.KEY, stream.key());
            message.setHeader(RedisStreamsConstants.GROUP, "try");
            message.setHeader(RedisStreamsConstants.CONSUMER, "try");
            message.setHeader(RedisStreamsConstants.MESSAGE_ID, "0-1");
            message.setHeader(RedisStreamsConstants.DELIVERIES, 1);
        };
    }

    private Map<String, String> newest(EventStream stream, UUID post) {
        var found = new AtomicReference<Map<String, String>>();
        keys.of(stream)
                .forEach(key -> admin.readNewest(key, MAX_ENTRIES, entry -> {
                    if (found.get() == null
                            && StageEntry.postIn(entry.fields())
                                    .filter(post::equals)
                                    .isPresent()) {
                        found.set(entry.fields());
                    }
                }));
        if (found.get() == null) {
            throw new ConfigurationException("Among the newest " + MAX_ENTRIES + " entries of " + stream.name()
                    + " none is about the post " + post + ": have it tagged again, or try another post");
        }
        return found.get();
    }

    /** The stage tagging without the keys in Redis, which only an entry of a stream can claim. */
    public static final class TaggingWithoutClaims {
        private final Tagging tagging;

        private TaggingWithoutClaims(Tagging tagging) {
            this.tagging = tagging;
        }

        /** All posts that have a text. */
        public TaggingPass begin(@Body List<PostParsed> events) {
            TaggingPass pass = new TaggingPass(events) {};
            pass.request(
                    events.stream().filter(post -> !tagging.isTooShort(post)).toList());
            return pass;
        }

        public TaggingTask task(@ExchangeProperty(Tagging.PASS) TaggingPass pass) {
            return tagging.task(pass);
        }

        public void answered(@ExchangeProperty(Tagging.PASS) TaggingPass pass, @Body ModelResult result) {
            tagging.answered(pass, result);
        }

        public void failed(
                @ExchangeProperty(Tagging.PASS) TaggingPass pass, @ExchangeException ProvidersFailedException problem) {
            tagging.failed(pass, problem);
        }

        /** Never called: it stores. */
        public void end() {
            throw new UnsupportedOperationException("tagging.end stores");
        }
    }

    /** What a trial has of the process. */
    private final class Process implements RouteTrial.Surroundings {

        @Override
        public Object bean(String name) {
            Object bean = spring.containsBean(name) ? spring.getBean(name) : null;
            return bean instanceof Tagging tagging ? new TaggingWithoutClaims(tagging) : bean;
        }

        @Override
        public boolean mayCall(String bean, String method) {
            Set<String> methods = HARMLESS.getOrDefault(bean, Set.of());
            return methods.contains(ALL) || methods.contains(method);
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
            boolean models = uri.startsWith("direct:")
                    && uri.replaceFirst("^direct:(//)?", "").equals("llm");
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
