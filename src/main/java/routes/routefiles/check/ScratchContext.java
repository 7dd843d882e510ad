package routes.routefiles.check;

import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultComponentResolver;
import org.apache.camel.impl.engine.ExplicitCamelContextNameStrategy;
import org.apache.camel.spi.ComponentResolver;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.support.DefaultRegistry;
import routes.routefiles.RouteEnvironment;
import routes.routefiles.model.ComponentCatalog;

/**
 * A Camel context that creates routes but consumes nothing: no consumer is started, no endpoint connects, no bean is real. Camel
 * does start the EIPs of a route when it creates it; they stop with the context. Not thread-safe.
 */
final class ScratchContext implements AutoCloseable {

    // the bean EIP requires its own component
    private static final Set<String> REAL = Set.of("bean");

    private final DefaultCamelContext context;

    ScratchContext(RouteEnvironment environment, ComponentCatalog catalog) {
        context = new DefaultCamelContext(new DefaultRegistry(new DeclaredBeans(environment.beans())));
        context.disableJMX();
        context.setNameStrategy(new ExplicitCamelContextNameStrategy("route-validation"));
        context.setAutoStartup(false);
        context.setAutowiredEnabled(false); // it would configure the stand-ins as the components they replace
        context.setSourceLocationEnabled(true);
        context.setStartupSummaryLevel(StartupSummaryLevel.Off); // this is not the start of the application
        ComponentResolver real = new DefaultComponentResolver();
        context.getCamelContextExtension().addContextPlugin(ComponentResolver.class, (scheme, camel) -> {
            if (REAL.contains(scheme)) {
                return real.resolveComponent(scheme, camel);
            }
            return catalog.component(scheme).isPresent() ? new ScratchComponent() : null;
        });
        context.getPropertiesComponent().addPropertiesSource(new PropertiesSource() {
            @Override
            public String getName() {
                return "route-environment";
            }

            @Override
            public String getProperty(String name) {
                return environment.properties().apply(name);
            }
        });
        context.start();
    }

    CamelContext context() {
        return context;
    }

    @Override
    public void close() {
        context.stop();
    }
}
