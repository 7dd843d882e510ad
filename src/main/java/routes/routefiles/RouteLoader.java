package routes.routefiles;

import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelLifecycleStrategy;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.support.PluginHelper;
import routes.routefiles.RouteFiles.RouteSet;

/** Loads route files into a Camel context after they have passed validation. */
final class RouteLoader {

    /**
     * Camel does not resolve template parameters in a description, and consoles show it as written. Routes created without a
     * template have no parameters.
     */
    private static final ModelLifecycleStrategy DESCRIPTIONS = new ModelLifecycleStrategySupport() {
        @Override
        public void onAddRouteDefinition(RouteDefinition route) {
            Map<String, Object> parameters = route.getTemplateParameters();
            if (parameters != null && route.getDescription() != null) {
                parameters.forEach((name, value) -> route.setDescription(
                        route.getDescription().replace("{{" + name + "}}", String.valueOf(value))));
            }
        }
    };

    private RouteLoader() {}

    /**
     * Adds the routes of the set in order, or none if validation finds a problem. If Camel rejects a file that passed validation, the
     * files before it remain in the context.
     *
     * <p>If the context is not started, the routes start with it. If it is started, the routes are added stopped, and the caller starts
     * them through the route controller.
     *
     * @throws RouteLoadException with all problems
     */
    static RouteModel load(CamelContext context, RouteFileValidator validator, RouteSet set) {
        RouteModel model = validator.check(set).valid();
        add(context, set.files());
        return model;
    }

    /** Adds the routes of valid files, like {@link #load}. */
    static void add(CamelContext context, List<RouteFile> files) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        if (!model.getModelLifecycleStrategies().contains(DESCRIPTIONS)) {
            model.addModelLifecycleStrategy(DESCRIPTIONS);
        }
        RoutesLoader loader = PluginHelper.getRoutesLoader(context);
        Boolean autoStartup = context.isAutoStartup();
        if (context.isStarted()) {
            context.setAutoStartup(false);
        }
        try {
            for (RouteFile file : files) {
                try {
                    loader.loadRoutes(file.resource());
                } catch (Exception e) { // the loader declares Exception
                    throw new RouteLoadException(file.location(), e);
                }
            }
        } finally {
            context.setAutoStartup(autoStartup);
        }
    }
}
