package routes.routefiles.check;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.camel.Service;
import org.apache.camel.spi.BeanRepository;
import org.springframework.objenesis.SpringObjenesis;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.ClassUtils;

/**
 * A registry with an object of the right type for every bean name, so that Camel can create routes without creating beans. The
 * constructors of the objects never ran; the objects only serve for inspection.
 */
final class DeclaredBeans implements BeanRepository {

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

    /** Only the transaction manager of {@code transacted}: Camel would use other beans that it finds by type itself. */
    @Override
    public <T> Map<String, T> findByTypeWithName(Class<T> type) {
        if (type != PlatformTransactionManager.class) {
            return Map.of();
        }
        return types.entrySet().stream()
                .filter(bean -> type.isAssignableFrom(bean.getValue()))
                .collect(Collectors.toMap(Map.Entry::getKey, bean -> type.cast(lookupByName(bean.getKey()))));
    }

    @Override
    public <T> Set<T> findByType(Class<T> type) {
        return Set.copyOf(findByTypeWithName(type).values());
    }

    private Object standIn(Class<?> type) {
        if (type.isInterface()) {
            return proxy(type);
        }
        // Camel calls init() and stop() of its own services, which fail if the constructor did not run
        if (Service.class.isAssignableFrom(type)) {
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
