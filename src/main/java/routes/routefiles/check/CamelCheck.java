package routes.routefiles.check;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToCreateRouteFromTemplateException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.component.bean.MethodNotFoundException;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.util.ObjectHelper;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import routes.routefiles.RouteFile;
import routes.routefiles.RouteResource;
import routes.routefiles.model.Flow;
import routes.routefiles.model.RouteModel;
import routes.routefiles.model.Step;
import routes.routefiles.yaml.Place;

/**
 * What Camel itself rejects when it creates the routes. Skips files with problems, and those created from a template that has
 * problems or is missing: Camel would only repeat the message, and stop at the first one.
 */
final class CamelCheck implements RouteCheck {

    private static final Pattern STEP = Pattern.compile(" at: >>> (.*) <<< in route", Pattern.DOTALL);

    private final CamelContext context;

    CamelCheck(ScratchContext scratch) {
        context = scratch.context();
    }

    @Override
    public void check(RouteModel model, Problems problems) {
        Set<RouteFile> broken = new HashSet<>();
        for (RouteFile file : model.documents().keySet()) {
            if (problems.in(file.location()) || lacksTemplate(file, broken, model)) {
                broken.add(file);
                continue;
            }
            try {
                PluginHelper.getRoutesLoader(context).loadRoutes(new RouteResource(file));
            } catch (Exception e) { // the loader declares Exception
                broken.add(file);
                // the bean check reports it if the bean's type is known; a stand-in for an unknown type has no methods
                if (ObjectHelper.getException(MethodNotFoundException.class, e) == null) {
                    problems.add(place(e, file, model), "Camel refuses it: " + reason(e));
                }
            }
        }
    }

    private static boolean lacksTemplate(RouteFile file, Set<RouteFile> broken, RouteModel model) {
        return model.flows(Flow.Kind.TEMPLATED_ROUTE)
                .filter(flow -> flow.file().equals(file))
                .map(model::template)
                .anyMatch(template ->
                        template.isEmpty() || broken.contains(template.get().file()));
    }

    private Place place(Exception e, RouteFile file, RouteModel model) {
        MarkedYamlEngineException marked = ObjectHelper.getException(MarkedYamlEngineException.class, e);
        if (marked != null && marked.getProblemMark().isPresent()) {
            return marked.getProblemMark()
                    .map(mark -> new Place(file.location(), mark.getLine() + 1, mark.getColumn() + 1))
                    .get();
        }
        Optional<String> id = routeId(e);
        Optional<Flow> flow = model.effective().stream()
                .filter(candidate -> candidate.file().equals(file))
                .filter(candidate -> candidate.id().equals(id))
                .findFirst();
        return flow.flatMap(found -> step(e, found))
                .map(Step::place)
                .or(() -> flow.map(Flow::place))
                .orElse(model.documents().get(file).place());
    }

    private static Optional<String> routeId(Exception e) {
        for (Throwable cause : ObjectHelper.createExceptionIterable(e)) {
            if (cause instanceof FailedToCreateRouteException create) {
                return Optional.ofNullable(create.getRouteId());
            }
            if (cause instanceof FailedToCreateRouteFromTemplateException template) {
                return Optional.ofNullable(template.getRouteId());
            }
            if (cause instanceof FailedToStartRouteException start) {
                return Optional.ofNullable(start.getRouteId());
            }
        }
        return Optional.empty();
    }

    /** Camel identifies the step only by its description. */
    private Optional<Step> step(Exception e, Flow flow) {
        Matcher text = STEP.matcher(String.valueOf(e.getMessage()));
        RouteDefinition route = context.getCamelContextExtension()
                .getContextPlugin(Model.class)
                .getRouteDefinition(flow.id().orElseThrow());
        if (route == null || !text.find()) {
            return Optional.empty();
        }
        Set<String> ids = new HashSet<>();
        for (ProcessorDefinition<?> definition :
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)) {
            if (definition.toString().equals(text.group(1))) {
                ids.add(definition.getId());
            }
        }
        return flow.allSteps()
                .filter(step -> step.id().filter(ids::contains).isPresent())
                .findFirst();
    }

    private static String reason(Exception e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String text = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return text.lines().findFirst().orElse(text).trim();
    }
}
