package routes.routefiles;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Restricts trials of a text from outside the machine: the text must not read files or the environment, create objects of arbitrary
 * classes, or access the process. Uses an allow list, so additions in a new version of Camel are refused.
 */
final class ForeignText {
    private static final Set<String> ELEMENTS = Set.of("route", "templatedRoute");

    private static final Set<String> EIPS = words(
            """
            bean process choice when otherwise doTry doCatch doFinally filter loop split aggregate delay log
            setBody setHeader setHeaders setProperty removeHeader removeHeaders removeProperty removeProperties
            to toD stop
            """);

    private static final Set<String> LANGUAGES = Set.of("simple", "constant", "header", "exchangeProperty", "method");

    /**
     * Allowed keys besides EIPs and languages. The parameters of endpoints are not restricted, because no endpoint receives anything in
     * such a trial.
     */
    private static final Set<String> KEYS = words(
            """
            id description note from uri parameters steps routeId routeTemplateRef routeConfigurationId name
            value ref method expression trim exception doWhile copy parallelProcessing synchronous streaming
            executorService asyncDelayed message loggingLevel headers pattern stopOnException
            aggregationRepository aggregationStrategy aggregationStrategyMethodName
            aggregationStrategyMethodAllowNull optimisticLocking optimisticLockRetryPolicy maximumRetries
            retryDelay randomBackOff maximumRetryDelay correlationExpression completionPredicate completionSize
            """);

    private static final String PARAMETERS = "parameters";
    private static final int MAX_FUNCTIONS = 20;
    private static final Pattern BEGINS = Pattern.compile("\\$(\\w*)\\{");
    private static final Pattern OBJECT = Pattern.compile("#\\w+:.*", Pattern.DOTALL);

    /** Allows properties and keys, but no access outside the exchange. */
    private static final String PATH =
            "(?:\\??\\.(?!(?:get)?(?:class|exchange|context|camelContext)\\b)\\w+(?:\\(\\))?|\\[[\\w. '\"-]+])*";

    private static final Pattern FUNCTION = Pattern.compile(
            "(?i)(?:body|headers?|exchangeProperty)" + PATH
                    + "|exception(?:\\.message)?|exchangeId|routeId|uuid|messageTimestamp|date:(?:now|exchangeCreated)[-+\\w:./ ]*");

    private ForeignText() {}

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }

    /**
     * Checks a file. Must run before anything else parses the text, because Camel reads files while it creates routes.
     *
     * @throws IllegalArgumentException with the line and the refused element
     */
    static void check(RouteFile file) {
        // invalid YAML is reported by the validation
        YamlReader.read(file.location(), file.text(), new Problems()).ifPresent(root -> {
            root.maps().flatMap(element -> element.values().stream()).forEach(element -> {
                if (!ELEMENTS.contains(element.key())) {
                    throw refused(element.place(), "'" + element.key() + "'");
                }
                keys(element.value());
                element.value().scalars().forEach(ForeignText::value);
            });
            check(Flow.read(file, root).stream());
        });
    }

    /** Checks flows. Must also run on the routes that templates create from the text. */
    static void check(Stream<Flow> flows) {
        flows.forEach(flow -> {
            flow.allSteps()
                    .filter(step -> !EIPS.contains(step.eip()))
                    .findFirst()
                    .ifPresent(step -> {
                        throw refused(step.place(), "'" + step.eip() + "'");
                    });
            keys(flow.body());
            flow.body().scalars().forEach(ForeignText::value);
        });
    }

    private static void keys(YamlNode node) {
        node.items().forEach(ForeignText::keys);
        node.values().forEach(entry -> {
            if (!KEYS.contains(entry.key()) && !EIPS.contains(entry.key()) && !LANGUAGES.contains(entry.key())) {
                throw refused(entry.place(), "'" + entry.key() + "'");
            }
            if (!entry.key().equals(PARAMETERS)) {
                keys(entry.value());
            }
        });
    }

    private static void value(YamlNode scalar) {
        String text = scalar.text();
        if (text.strip().startsWith("resource:") || OBJECT.matcher(text.strip()).matches()) {
            throw refused(scalar.place(), "'" + text.strip().replaceFirst("(?s):.*", ":") + "'");
        }
        Matcher begin = BEGINS.matcher(text);
        for (int found = 0; begin.find(); found++) {
            int end = text.indexOf('}', begin.end());
            String function = end < 0 ? "" : text.substring(begin.end(), end);
            // the beans that may be called are checked in all trials
            boolean known =
                    begin.group(1).isEmpty() && (FUNCTION.matcher(function).matches() || function.startsWith("bean:"));
            if (!known || found == MAX_FUNCTIONS) {
                throw refused(
                        scalar.place(),
                        known
                                ? "an expression with more than " + MAX_FUNCTIONS + " functions"
                                : "'" + begin.group() + function + "}'");
            }
        }
    }

    private static IllegalArgumentException refused(Place place, String what) {
        return new IllegalArgumentException("line " + place.line() + ": " + what
                + " can be tried only with a local file on the machine of the program, with --try-route");
    }
}
