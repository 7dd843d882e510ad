package routes.routefiles;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.bean.BeanComponent;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultComponentResolver;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.model.BeanDefinition;
import org.apache.camel.model.DelayDefinition;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.language.ConstantExpression;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.ComponentResolver;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.spi.OptimisticLockingAggregationRepository;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository;
import org.apache.camel.util.StringHelper;
import org.apache.camel.util.concurrent.SynchronousExecutorService;
import org.springframework.transaction.PlatformTransactionManager;
import routes.routefiles.EndpointUse.Role;
import routes.routefiles.RouteFiles.RouteSet;

/**
 * Runs an entry through the routes of a file in a separate context, and records what each step did. Nothing is sent to the endpoints of
 * the routes, except to routes of the same file; the caller rolls back what beans write to the database. Beans with other side effects are
 * not called. Steps that run on other threads cannot be tried, because the caller could not roll back their work.
 */
public record RouteTrial(RouteFileValidator validator, RouteFiles files, Surroundings surroundings) {
    private static final String WRONG = "not tried: the file has errors";
    private static final int MAX_TEXT = 2_000;
    private static final int MAX_STEPS = 500;
    private static final Pattern SECRET =
            Pattern.compile("(?i).*(authorization|token|secret|password|api.?key|cookie).*");
    private static final Set<String> THREADS = Set.of("threads", "wireTap", "resequence", "sample");

    /** Options of {@code aggregate} that complete without waiting for time to pass. */
    private static final Set<String> COMPLETED_BY_ENTRIES = Set.of(
            "completionPredicate",
            "completionSize",
            "completionSizeExpression",
            "completionFromBatchConsumer",
            "completionOnNewCorrelationGroup");

    /** Maximum length of a body, header or property of type text, in characters; expressions could double it in each step. */
    private static final int MAX_VALUE = 1 << 18;

    /** How far a text is trusted. */
    public enum Trust {
        /** Text from outside the machine: only allow-listed EIPs, expressions and beans; no calls with irreversible effects. */
        FOREIGN,
        /** A file of the machine: no calls with irreversible effects. */
        OWN,
        /** Beans are called and endpoints receive messages, with effects that the trial cannot undo. Nothing is published to streams. */
        WITH_CALLS
    }

    /** The parts of the process that a trial uses. */
    public interface Surroundings {

        /** Returns a bean; null if there is none. */
        Object bean(String name);

        /** Returns whether a bean from {@link #bean} is a variant for trials. */
        boolean isForTrials(Object bean);

        /** Returns whether a trial may call this method: it writes only to the database, in the transaction of its thread. */
        boolean mayCall(String bean, String method);

        /** Returns the text of a body, as shown to the operator. */
        String text(Object body);

        /** Returns the actions that beans have recorded instead of performing them, since the last call of this method. */
        List<String> left();

        /**
         * Describes what an endpoint would do, without side effects.
         *
         * @param uri endpoint outside the tried file
         * @param allowed whether calls are allowed
         * @return what was done, as shown to the operator; empty if nothing
         */
        String call(String uri, Exchange exchange, boolean allowed) throws Exception;
    }

    /**
     * The effect of a step.
     *
     * @param route id of its route
     * @param id id of the step, as written or generated by Camel
     * @param kind the EIP
     * @param depth number of enclosing steps
     * @param body body after the step; null if unchanged
     * @param headers headers that it set, as text; null values for removed headers
     * @param properties exchange properties that it set or removed, in the same form
     * @param note what it skipped, or why it failed; empty for none
     */
    @JsonInclude // null is significant
    public record StepTrace(
            String route,
            String id,
            String kind,
            int line,
            int depth,
            String body,
            Map<String, String> headers,
            Map<String, String> properties,
            String note) {}

    /**
     * @param problems of the file; nothing ran if there are any
     * @param steps in the order in which they began
     * @param outcome how the entry would end
     */
    public record Result(List<RouteProblem> problems, List<StepTrace> steps, String outcome) {

        public boolean succeeded() {
            return problems.isEmpty() && outcome.startsWith("done");
        }
    }

    /**
     * An entry to try.
     *
     * @param stream logical name of the stream
     * @param entry adds the entry to an exchange
     */
    public record Chosen(String stream, Consumer<Exchange> entry) {}

    /** Ends the trial at a bean that is not called. */
    private static final class EndOfTrial extends RuntimeException {
        EndOfTrial(String message) {
            super(message);
        }
    }

    /**
     * Tries the route of a file that reads the stream of an entry.
     *
     * @param name file name, without folders
     * @param text content of the file
     * @param entry chooses an entry; its argument contains the logical names of the streams that the routes of the file read, in the order
     *     of the routes
     * @throws IllegalArgumentException if the file has no route that can be tried, with the reason
     */
    public Result run(String name, String text, Function<List<String>, Chosen> entry, Trust trust) {
        boolean allowed = trust == Trust.WITH_CALLS;
        if (!RouteFile.isName(name)) {
            throw new IllegalArgumentException("the name of a route file must end with " + RouteFile.SUFFIX);
        }
        OwnFiles own = files.own();
        if (trust == Trust.FOREIGN) {
            RouteFile file = new RouteFile(name, RouteFile.Origin.ADDED, own.location(name), text);
            List<RouteProblem> mistakes = validator.form(file);
            if (!mistakes.isEmpty()) {
                return new Result(mistakes, List.of(), WRONG);
            }
            ForeignText.check(file);
        }
        Map<String, String> texts = new TreeMap<>(own.texts());
        texts.keySet()
                .removeIf(path ->
                        RouteFile.isName(path) && RouteFile.routeId(path).equals(RouteFile.routeId(name)));
        texts.put(name, text);
        OwnFiles with = own.with(texts);
        RouteSet set = files.resolve(with, PipelineStages.all());
        RouteFileValidator checks = validator.with(validator.streams(files, with));
        RouteFileValidator.Checked checked = checks.check(set);
        List<RouteProblem> problems = checked.problems().stream()
                .filter(problem -> problem.file().equals(with.location(name)))
                .toList();
        if (!problems.isEmpty()) {
            return new Result(problems, List.of(), WRONG);
        }
        RouteModel model = checked.model();
        List<Flow> routes = model.routes()
                .filter(flow -> flow.file().location().equals(with.location(name)))
                .toList();
        if (trust == Trust.FOREIGN) {
            ForeignText.check(routes.stream());
        }
        List<String> streams =
                routes.stream().flatMap(flow -> read(model, flow).stream()).toList();
        if (streams.isEmpty()) {
            throw new IllegalArgumentException(withoutEntry(routes, model));
        }
        refuseThreads(routes, model);
        if (!allowed) {
            refuseExpressions(routes, model);
        }
        Chosen chosen = entry.apply(streams);
        Flow tried = routes.stream()
                .filter(flow -> read(model, flow).equals(Optional.of(chosen.stream())))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no route of the file consumes from the stream " + chosen.stream() + ", only " + streams));
        return new Run(model, set, routes, allowed).run(tried.id().orElseThrow(), chosen.entry());
    }

    /** Returns why the routes read no entries, and the alternative. */
    private static String withoutEntry(List<Flow> routes, RouteModel model) {
        List<EndpointUse> begins = routes.stream()
                .flatMap(model::endpoints)
                .filter(use -> use.is(Role.FROM))
                .toList();
        String from = begins.stream().map(EndpointUse::name).distinct().collect(Collectors.joining(", "));
        boolean called = begins.stream().allMatch(use -> use.scheme().equals("direct"));
        return "no route of the file consumes from a stream, so it cannot process an entry. "
                + (from.isEmpty()
                        ? "It contains only templates and settings: try a file with routes that use them"
                        : called
                                ? "Other routes call it (" + from + "): try it in one file together with such a route"
                                : "It has another consumer (" + from
                                        + "): check it with --validate; after it is saved, /admin and Hawtio show its"
                                        + " activity. To try its second half, split the route with a stream");
    }

    /** Returns the stream that a route reads. */
    private static Optional<String> read(RouteModel model, Flow route) {
        return model.endpoints(route)
                .filter(EndpointUse::readsStream)
                .findFirst()
                .map(EndpointUse::path);
    }

    private static void refuseThreads(List<Flow> routes, RouteModel model) {
        refuse(
                routes,
                step -> THREADS.contains(step.eip())
                        || step.options()
                                .textAt("resilience4jConfiguration", "timeoutEnabled")
                                .filter("true"::equals)
                                .isPresent()
                        || model.endpoint(step)
                                .filter(use -> use.scheme().equals("seda"))
                                .isPresent(),
                "continues in another thread or at another time, so its effects could not be rolled back. Try the"
                        + " file without it, with its steps in its place");
        refuse(
                routes,
                step -> step.is("aggregate")
                        && Collections.disjoint(step.options().entries().keySet(), COMPLETED_BY_ENTRIES),
                "is completed only by time, and a trial does not wait. Try the file with completionSize: \"1\"");
    }

    private static void refuse(List<Flow> routes, Predicate<Step> refused, String why) {
        routes.stream().flatMap(Flow::allSteps).filter(refused).findFirst().ifPresent(step -> {
            throw new IllegalArgumentException("line " + step.place().line() + ": '" + step.eip() + "' " + why);
        });
    }

    /** Refuses expressions that call beans: unlike a step, an expression cannot be skipped. */
    private void refuseExpressions(List<Flow> routes, RouteModel model) {
        routes.stream().flatMap(Flow::allSteps).forEach(step -> step.options()
                .scalarAt("aggregationStrategy")
                .filter(strategy -> !strategy.text().startsWith("#class:"))
                .ifPresent(strategy -> refuse(
                        strategy.place(),
                        strategy.text().replaceFirst("^#(bean:)?", ""),
                        step.options().textAt("aggregationStrategyMethodName").orElse(""))));
        Stream.concat(routes.stream(), model.flows(Flow.Kind.ROUTE_CONFIGURATION))
                .flatMap(flow -> flow.body().allEntries())
                .forEach(entry -> {
                    if (entry.key().equals("method") && entry.value().isMap()) {
                        refuse(
                                entry.place(),
                                entry.value().textAt("ref").orElse(""),
                                entry.value().textAt("method").orElse(""));
                    } else if (entry.value().isScalar()) {
                        BeanCheck.IN_SIMPLE
                                .matcher(entry.value().text())
                                .results()
                                .forEach(call -> refuse(
                                        entry.value().place(), call.group(1), Objects.toString(call.group(2), "")));
                    }
                });
    }

    private void refuse(Place place, String bean, String method) {
        if (!surroundings.mayCall(bean, method.replaceFirst("\\(.*", ""))) {
            throw new IllegalArgumentException("line " + place.line() + ": the expression calls the bean '" + bean
                    + "', which may have effects outside the database; --allow-calls permits the call");
        }
    }

    private final class Run {
        private final RouteModel model;
        private final RouteSet set;
        private final List<Flow> routes;
        private final Set<String> own = new TreeSet<>();
        /** Written steps by id, with the values of templates. */
        private final Map<String, Step> written = new TreeMap<>();

        private final boolean allowed;
        /** In the order in which the steps began; null for a step that has not ended. */
        private final List<StepTrace> recorded = new ArrayList<>();

        private int depth;
        private String note = "";

        Run(RouteModel model, RouteSet set, List<Flow> routes, boolean allowed) {
            this.model = model;
            this.set = set;
            this.routes = routes;
            this.allowed = allowed;
            routes.forEach(flow ->
                    model.endpoints(flow).filter(use -> use.is(Role.FROM)).forEach(use -> own.add(use.name())));
            Stream.concat(routes.stream(), model.flows(Flow.Kind.ROUTE_CONFIGURATION))
                    .flatMap(Flow::allSteps)
                    .forEach(step -> step.id().ifPresent(id -> written.put(id, step)));
        }

        Result run(String route, Consumer<Exchange> entry) {
            DefaultCamelContext context = context();
            try {
                context.start();
                RouteLoader.add(
                        context, set.files().stream().filter(this::isNeeded).toList());
                for (Flow flow : routes) {
                    context.getRouteController().startRoute(flow.id().orElseThrow());
                }
                Endpoint from = context.getRoute(route).getEndpoint();
                try (ProducerTemplate template = context.createProducerTemplate()) {
                    Exchange done = template.request(from, entry::accept);
                    return new Result(List.of(), steps(), outcome(done));
                }
            } catch (Exception e) { // Camel declares Exception
                return new Result(List.of(), steps(), "not tried: " + e.getMessage());
            } finally {
                context.stop();
            }
        }

        /** Returns whether the trial needs the file: the tried file, templates and route configurations. */
        private boolean isNeeded(RouteFile file) {
            return routes.stream().anyMatch(flow -> flow.file().equals(file))
                    || model.flows().stream()
                            .filter(flow -> flow.file().equals(file))
                            .allMatch(flow ->
                                    flow.is(Flow.Kind.ROUTE_TEMPLATE) || flow.is(Flow.Kind.ROUTE_CONFIGURATION));
        }

        private List<StepTrace> steps() {
            return recorded.stream().filter(Objects::nonNull).toList();
        }

        private String outcome(Exchange done) {
            Throwable failure = done.getException();
            if (failure instanceof EndOfTrial) {
                return "stopped: " + failure.getMessage();
            }
            return failure != null ? "failed: " + failure : "done: the entry would be acknowledged";
        }

        private DefaultCamelContext context() {
            ComponentResolver real = new DefaultComponentResolver();
            var context = ScratchContext.create("route-trial", new Beans(), model, (scheme, camel) -> {
                if (scheme.equals("bean")) { // the bean EIP requires its own component
                    return new BeanGate();
                }
                if (scheme.equals("log")) {
                    return real.resolveComponent(scheme, camel);
                }
                return model.catalog().component(scheme).isPresent() ? new Gate() : null;
            });
            context.getShutdownStrategy().setTimeout(1);
            var properties = (PropertiesComponent) context.getPropertiesComponent();
            // as in the process, whose Spring environment already contains environment variables
            properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
            properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_NEVER);
            context.getCamelContextExtension().addInterceptStrategy(new Recorder());
            context.getCamelContextExtension().getContextPlugin(Model.class).addModelLifecycleStrategy(new OneThread());
            return context;
        }

        /** Runs everything on the current thread and without delay that would otherwise run on other threads or wait. */
        private final class OneThread extends ModelLifecycleStrategySupport {

            @Override
            public void onAddRouteDefinition(RouteDefinition route) {
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)
                        .forEach(step -> {
                            if (step instanceof SplitDefinition split) {
                                split.setParallelProcessing("false");
                                split.setExecutorService((String) null);
                            } else if (step instanceof MulticastDefinition multicast) {
                                multicast.setParallelProcessing("false");
                            } else if (step instanceof RecipientListDefinition<?> list) {
                                list.setParallelProcessing("false");
                            } else if (step instanceof AggregateDefinition aggregate) {
                                // without an executor, Camel creates a pool
                                aggregate.setExecutorService((String) null);
                                aggregate.executorService(new SynchronousExecutorService());
                                aggregate.setCompletionTimeout(null);
                                aggregate.setCompletionTimeoutExpression(null);
                                aggregate.setCompletionInterval(null);
                            } else if (step instanceof DelayDefinition delay) {
                                delay.setExpression(new ConstantExpression("0"));
                                delay.setAsyncDelayed("false");
                            }
                        });
            }
        }

        private EndOfTrial notCalled(String bean) {
            return new EndOfTrial(
                    bean
                            + " is not called, because it may have effects outside the database; --allow-calls permits the call");
        }

        /** The beans of the process that a trial may call. */
        private final class Beans implements BeanRepository {

            private final Map<String, Object> memories = new TreeMap<>();

            /** Replaces repositories: keys stored by a trial would prevent the real entry from being processed. */
            @Override
            public Object lookupByName(String name) {
                Object bean = surroundings.bean(name);
                if (bean instanceof IdempotentRepository) {
                    return memories.computeIfAbsent(
                            name, any -> MemoryIdempotentRepository.memoryIdempotentRepository());
                } else if (bean instanceof AggregationRepository && !surroundings.isForTrials(bean)) {
                    return memories.computeIfAbsent(
                            name,
                            any -> new MemoryAggregationRepository(
                                    bean instanceof OptimisticLockingAggregationRepository));
                }
                return bean;
            }

            @Override
            public <T> T lookupByNameAndType(String name, Class<T> type) {
                Object bean = lookupByName(name);
                return type.isInstance(bean) ? type.cast(bean) : null;
            }

            @Override
            public <T> Map<String, T> findByTypeWithName(Class<T> type) {
                // for the EIP transacted; Camel would use other beans that it finds by type
                Object transactions = surroundings.bean("transactionManager");
                return type == PlatformTransactionManager.class && type.isInstance(transactions)
                        ? Map.of("transactionManager", type.cast(transactions))
                        : Map.of();
            }

            @Override
            public <T> Set<T> findByType(Class<T> type) {
                return Set.copyOf(findByTypeWithName(type).values());
            }
        }

        /** Replaces all components. Routes of the file call each other; everything else is only recorded. */
        private final class Gate extends DirectComponent {

            @Override
            protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
                    throws Exception {
                boolean reads = !uri.startsWith("redis-streams:") || parameters.containsKey("group");
                boolean link = reads && own.contains(StringHelper.before(uri, ":", uri) + ":" + remaining);
                Map<String, Object> none = new LinkedHashMap<>();
                parameters.clear(); // already checked against the catalogue
                return link ? super.createEndpoint(uri, remaining, none) : new Closed(uri, this);
            }
        }

        /** Bean endpoints: only beans that may be called. */
        private final class BeanGate extends BeanComponent {

            @Override
            protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
                    throws Exception {
                String method = Objects.toString(parameters.get("method"), "").replaceFirst("\\(.*", "");
                if (allowed || surroundings.mayCall(remaining, method)) {
                    return super.createEndpoint(uri, remaining, parameters);
                }
                parameters.clear();
                return new Closed(uri, this);
            }
        }

        /** An endpoint that receives nothing, unless calls are allowed. */
        private final class Closed extends DefaultEndpoint {

            Closed(String uri, Component gate) {
                super(uri, gate);
            }

            @Override
            public Producer createProducer() {
                return new DefaultProducer(this) {
                    @Override
                    public void process(Exchange exchange) throws Exception {
                        boolean stream = getEndpointUri().startsWith("redis-streams:");
                        String done = surroundings.call(getEndpointUri(), exchange, allowed && !stream);
                        note = done.isEmpty() ? "not sent to " + getEndpointUri() : done;
                    }
                };
            }

            @Override
            public org.apache.camel.Consumer createConsumer(Processor processor) throws Exception {
                throw new UnsupportedOperationException("A trial does not consume");
            }
        }

        /** Records each step. */
        private final class Recorder implements InterceptStrategy {

            @Override
            public Processor wrapProcessorInInterceptors(
                    CamelContext context, NamedNode node, Processor target, Processor next) {
                return new DelegateAsyncProcessor(target) {
                    @Override
                    public boolean process(Exchange exchange, AsyncCallback callback) {
                        String limit = limit(exchange);
                        if (limit != null) {
                            exchange.setException(new EndOfTrial(limit));
                            callback.done(true);
                            return true;
                        }
                        int mine = recorded.size();
                        recorded.add(null);
                        Snapshot before = snapshot(exchange);
                        int level = depth++;
                        note = "";
                        String closed = allowed ? null : closedBean(node);
                        if (closed != null) {
                            exchange.setException(notCalled(closed));
                            recorded.set(mine, trace(node, exchange, before, level, "not called"));
                            depth--;
                            callback.done(true);
                            return true;
                        }
                        return super.process(exchange, doneSync -> {
                            depth--;
                            Throwable failure = exchange.getException();
                            boolean own = failure != null && !(failure instanceof EndOfTrial);
                            String left = shorten(String.join("; ", surroundings.left()));
                            note = note.isEmpty() || left.isEmpty() ? note + left : note + "; " + left;
                            recorded.set(mine, trace(node, exchange, before, level, own ? "failed: " + failure : note));
                            note = "";
                            callback.done(doneSync);
                        });
                    }
                };
            }

            /** Returns why the trial ends before this step; null if it continues. */
            private String limit(Exchange exchange) {
                if (Thread.currentThread().isInterrupted()) {
                    return "it took too long";
                } else if (recorded.size() >= MAX_STEPS) {
                    return "there were more than " + MAX_STEPS + " steps";
                }
                return Stream.of(
                                        Stream.ofNullable(exchange.getMessage().getBody()),
                                        exchange.getMessage().getHeaders().values().stream(),
                                        exchange.getProperties().values().stream())
                                .flatMap(Function.identity())
                                .anyMatch(value -> value instanceof CharSequence text && text.length() > MAX_VALUE)
                        ? "a value has more than " + MAX_VALUE + " characters"
                        : null;
            }

            /** Returns the call of a step that is skipped; null if the call is allowed. */
            private String closedBean(NamedNode node) {
                if (!(node instanceof BeanDefinition) && !(node instanceof ProcessDefinition)) {
                    return null;
                }
                Step step = written.get(node.getId());
                if (step == null) {
                    return "a bean in a step without id";
                }
                String name = step.options().textAt("ref").orElse("").replaceFirst("^#(bean:)?", "");
                String method = step.options().textAt("method").orElse("");
                Matcher work = BeanCheck.WORK.matcher(method);
                return name.equals("events") && work.matches()
                        ? closed(work.group(1), work.group(2))
                        : closed(name, method.replaceFirst("\\(.*", ""));
            }

            private String closed(String bean, String method) {
                return surroundings.mayCall(bean, method) ? null : bean + "." + method;
            }
        }
    }

    /** The state of an exchange before or after a step. */
    private record Snapshot(String body, Class<?> type, Map<String, String> headers, Map<String, String> properties) {}

    private Snapshot snapshot(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        return new Snapshot(
                shorten(bodyText(body)),
                body == null ? null : body.getClass(),
                texts(exchange.getMessage().getHeaders()),
                texts(exchange.getProperties()));
    }

    private StepTrace trace(NamedNode node, Exchange exchange, Snapshot before, int depth, String note) {
        Snapshot after = snapshot(exchange);
        return new StepTrace(
                exchange.getFromRouteId(),
                node.getId(),
                node.getShortName(),
                node.getLineNumber(),
                depth,
                after.body.equals(before.body) && after.type == before.type ? null : after.body,
                changes(before.headers, after.headers),
                changes(before.properties, after.properties),
                note);
    }

    private static Map<String, String> changes(Map<String, String> before, Map<String, String> after) {
        Map<String, String> changes = new LinkedHashMap<>();
        Stream.concat(before.keySet().stream(), after.keySet().stream())
                .distinct()
                .sorted()
                .filter(name -> !Objects.equals(before.get(name), after.get(name)))
                .forEach(name -> changes.put(name, after.get(name)));
        return changes;
    }

    private Map<String, String> texts(Map<String, Object> values) {
        Map<String, String> texts = new TreeMap<>();
        values.forEach((name, value) -> {
            // Camel's internal properties are of no interest to an integrator
            if (!name.startsWith("Camel") || value instanceof CharSequence || value instanceof Number) {
                texts.put(name, SECRET.matcher(name).matches() ? "…" : shorten(bodyText(value)));
            }
        });
        return texts;
    }

    private String bodyText(Object body) {
        return body == null ? "null" : surroundings.text(body);
    }

    private static String shorten(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "… (" + text.length() + " characters)";
    }
}
