package routes.routefiles;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.DefaultBootstrapContext;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.ConfigurationClassPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ResourceLoader;
import routes.configuration.EnvironmentVariables;

/**
 * Determines what an application declares without starting it: Spring evaluates the configuration classes and their conditions as
 * at a start, but creates no bean.
 */
public final class SpringRouteEnvironment {

    private SpringRouteEnvironment() {}

    /** The environment that a start would have now: {@code application.yml}, environment variables, system properties. */
    public static ConfigurableEnvironment environment(ResourceLoader resources) {
        ConfigurableEnvironment environment = new StandardEnvironment();
        environment.setConversionService(new ApplicationConversionService()); // as at a start
        ConfigDataEnvironmentPostProcessor.applyTo(environment, resources, new DefaultBootstrapContext());
        new EnvironmentVariables().postProcessEnvironment(environment, null);
        return environment;
    }

    /**
     * What routes of the application may refer to.
     *
     * @param application the class with {@code @SpringBootApplication}, or another configuration class
     * @param streams logical names of the stream catalogue
     * @param entryPoints names of {@code direct:} endpoints that Java code sends to
     */
    public static RouteEnvironment of(
            Class<?> application,
            ConfigurableEnvironment environment,
            ResourceLoader resources,
            Set<String> streams,
            Set<String> entryPoints) {
        return new RouteEnvironment(
                beans(application, environment, resources), environment::getProperty, streams, entryPoints);
    }

    private static Map<String, Class<?>> beans(
            Class<?> application, ConfigurableEnvironment environment, ResourceLoader resources) {
        DefaultListableBeanFactory factory = new DefaultListableBeanFactory();
        factory.setBeanClassLoader(resources.getClassLoader());
        new AnnotatedBeanDefinitionReader(factory, environment).register(application);
        ConfigurationClassPostProcessor configuration = new ConfigurationClassPostProcessor();
        configuration.setEnvironment(environment);
        configuration.setResourceLoader(resources);
        configuration.postProcessBeanDefinitionRegistry(factory);
        Map<String, Class<?>> beans = new HashMap<>();
        for (String name : factory.getBeanDefinitionNames()) {
            Class<?> type = factory.getType(name, false);
            beans.put(name, type == null ? Object.class : type);
            for (String alias : factory.getAliases(name)) {
                beans.put(alias, beans.get(name));
            }
        }
        return beans;
    }
}
