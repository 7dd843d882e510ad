package routes.routefiles;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.ExpressionIllegalSyntaxException;
import org.apache.camel.component.bean.MethodNotFoundException;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.util.ObjectHelper;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.springframework.core.NestedExceptionUtils;

/**
 * Reports what Camel itself rejects when it creates the routes. Skips files with problems, and files whose template has problems or is
 * missing: Camel would only repeat the message, and stop at the first problem.
 */
record CamelCheck(RouteModel model, Problems problems, CamelContext context) {

    private static final Pattern STEP = Pattern.compile(" at: >>> (.*) <<< in route", Pattern.DOTALL);

    void check() {
        Set<RouteFile> broken = new HashSet<>();
        for (RouteFile file : model.documents().keySet()) {
            if (problems.in(file.location()) || lacksTemplate(file, broken)) {
                broken.add(file);
                continue;
            }
            try {
                PluginHelper.getRoutesLoader(context).loadRoutes(file.resource());
            } catch (Exception e) { // the loader declares Exception
                broken.add(file);
                // the bean check reports it if the bean's type is known; a stand-in for an unknown type has no methods
                if (ObjectHelper.getException(MethodNotFoundException.class, e) == null) {
                    problems.add(place(e, file), "Camel rejects this file: " + reason(e));
                }
            }
        }
    }

    private boolean lacksTemplate(RouteFile file, Set<RouteFile> broken) {
        return model.flows(Flow.Kind.TEMPLATED_ROUTE)
                .filter(flow -> flow.file().equals(file))
                .map(model::template)
                .anyMatch(template ->
                        template.isEmpty() || broken.contains(template.get().file()));
    }

    private Place place(Exception e, RouteFile file) {
        Optional<Flow> flow = model.effective().stream()
                .filter(candidate -> candidate.file().equals(file))
                .filter(candidate ->
                        String.valueOf(e.getMessage()).contains(candidate.id().orElseThrow()))
                .max(Comparator.comparing(
                        candidate -> candidate.id().orElseThrow().length()));
        return Optional.ofNullable(ObjectHelper.getException(MarkedYamlEngineException.class, e))
                .flatMap(MarkedYamlEngineException::getProblemMark)
                .map(mark -> Place.of(file.location(), mark))
                .or(() -> flow.flatMap(found -> expression(e, found)))
                .or(() -> flow.flatMap(found -> step(e, found)).map(Step::place))
                .or(() -> flow.map(Flow::place))
                .orElse(model.documents().get(file).place());
    }

    /** Returns the place of the text that Camel cannot parse. */
    private Optional<Place> expression(Exception e, Flow flow) {
        return Optional.ofNullable(ObjectHelper.getException(ExpressionIllegalSyntaxException.class, e))
                .flatMap(syntax -> flow.body()
                        .scalars()
                        .filter(text -> model.resolve(text.text()).equals(syntax.getExpression()))
                        .findFirst())
                .map(YamlNode::place);
    }

    /** Returns the step that failed. Camel identifies it only by its description. */
    private Optional<Step> step(Exception e, Flow flow) {
        Matcher text = STEP.matcher(String.valueOf(e.getMessage()));
        RouteDefinition route = context.getCamelContextExtension()
                .getContextPlugin(Model.class)
                .getRouteDefinition(flow.id().orElseThrow());
        if (route == null || !text.find()) {
            return Optional.empty();
        }
        Set<Integer> lines = new HashSet<>();
        for (ProcessorDefinition<?> definition :
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)) {
            if (definition.toString().equals(text.group(1))) {
                lines.add(definition.getLineNumber());
            }
        }
        return flow.allSteps()
                .filter(step -> lines.contains(step.place().line()))
                .findFirst();
    }

    private static String reason(Exception e) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(e);
        String text = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return text.lines().findFirst().orElse(text).trim();
    }
}
