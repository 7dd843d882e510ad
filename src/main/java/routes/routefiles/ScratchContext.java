package routes.routefiles;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Service;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultComponentResolver;
import org.apache.camel.impl.engine.ExplicitCamelContextNameStrategy;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.ComponentResolver;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.support.DefaultRegistry;
import org.springframework.objenesis.SpringObjenesis;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.ClassUtils;

/**
 * A Camel context that creates routes but consumes nothing: no consumer starts, no endpoint connects, and beans are stand-ins. Camel
 * starts the EIPs of a route when it creates the route; they stop with the context. Not thread-safe.
 */
final class ScratchContext {

    /** Starts a context; the caller must stop it. */
    static CamelContext start(RouteModel model) {
        ComponentResolver real = new DefaultComponentResolver();
        CamelContext context =
                create("route-validation", new DeclaredBeans(model.environment().beans()), model, (scheme, camel) -> {
                    if (scheme.equals("bean")) { // the bean EIP requires its own component
                        return real.resolveComponent(scheme, camel);
                    }
                    return model.catalog().component(scheme).isPresent() ? new ScratchComponent() : null;
                });
        context.start();
        return context;
    }

    /** Creates a second context in the process, not started, with the properties of the model. Its routes do not start with it. */
    static DefaultCamelContext create(
            String name, BeanRepository beans, RouteModel model, ComponentResolver components) {
        DefaultCamelContext context = new DefaultCamelContext(new DefaultRegistry(beans));
        context.disableJMX();
        context.setNameStrategy(new ExplicitCamelContextNameStrategy(name));
        context.setAutoStartup(false);
        // autowiring would configure the stand-ins as the components that they replace
        context.setAutowiredEnabled(false);
        context.setSourceLocationEnabled(true);
        context.setStartupSummaryLevel(StartupSummaryLevel.Off); // this is not the start of the application
        context.getCamelContextExtension().addContextPlugin(ComponentResolver.class, components);
        context.getPropertiesComponent().addPropertiesSource(new PropertiesSource() {
            @Override
            public String getName() {
                return "route-environment";
            }

            @Override
            public String getProperty(String key) {
                return model.environment().properties().apply(key);
            }
        });
        return context;
    }

    /** Replaces every component: its endpoints have no options and connect to nothing outside the context. */
    private static final class ScratchComponent extends DirectComponent {

        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
                throws Exception {
            parameters.clear(); // already checked against the catalogue, with better messages
            return super.createEndpoint(uri, remaining, parameters);
        }
    }

    /**
     * A registry with an object of the right type for every bean name, so that Camel can create routes without creating beans. The objects
     * are created without running constructors and are used only for inspection.
     */
    private static final class DeclaredBeans implements BeanRepository {

        private final Map<String, Class<?>> types;
        private final Map<String, Object> made = new ConcurrentHashMap<>();
        private final SpringObjenesis objenesis = new SpringObjenesis();

        DeclaredBeans(Map<String, Class<?>> types) {
            this.types = types;
        }

        @Override
        public Object lookupByName(String name) {
            Class<?> type = types.get(name);
            return type == null ? null : made.computeIfAbsent(name, key -> standIn(type));
        }

        @Override
        public <T> T lookupByNameAndType(String name, Class<T> type) {
            Object bean = lookupByName(name);
            if (bean == null || type.isInstance(bean)) {
                return type.cast(bean);
            }
            // a bean of unknown type is assumed to have the requested type
            return types.get(name) == Object.class && type.isInterface() ? type.cast(standIn(type)) : null;
        }

        /** Returns only the transaction manager of {@code transacted}: Camel would use other beans that it finds by type. */
        @Override
        public <T> Map<String, T> findByTypeWithName(Class<T> type) {
            return types.keySet().stream()
                    .filter(name -> type == PlatformTransactionManager.class && type.isAssignableFrom(types.get(name)))
                    .collect(Collectors.toMap(name -> name, name -> type.cast(lookupByName(name))));
        }

        @Override
        public <T> Set<T> findByType(Class<T> type) {
            return Set.copyOf(findByTypeWithName(type).values());
        }

        private Object standIn(Class<?> type) {
            if (type.isInterface()) {
                return proxy(type);
            }
            // Camel calls init() and stop() of services, which fail if no constructor ran; a hidden class (lambda)
            // cannot be looked up by
            // name
            if (Service.class.isAssignableFrom(type) || type.isHidden()) {
                return proxy(ClassUtils.getAllInterfacesForClass(type));
            }
            return Modifier.isAbstract(type.getModifiers()) ? new Object() : objenesis.newInstance(type);
        }

        private static Object proxy(Class<?>... types) {
            return Proxy.newProxyInstance(
                    types[0].getClassLoader(), types, (proxy, method, arguments) -> switch (method.getName()) {
                        case "toString" -> "stand-in for " + types[0].getSimpleName();
                        case "hashCode" -> System.identityHashCode(proxy);
                        case "equals" -> proxy == arguments[0];
                        default -> MethodHandles.zero(method.getReturnType()).invoke();
                    });
        }
    }
}
