package routes.routefiles;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.springframework.beans.factory.ListableBeanFactory;
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
 * What route files can refer to.
 *
 * @param beans type of each bean by name; {@code Object.class} if unknown
 * @param properties value of a property; null if there is none
 * @param streams logical names of the stream catalogue
 */
public record RouteEnvironment(Map<String, Class<?>> beans, Function<String, String> properties, Set<String> streams) {

    /**
     * Returns the settings that would apply if the application started now: {@code application.yml}, environment variables, system
     * properties.
     */
    public static ConfigurableEnvironment settings(ResourceLoader resources) {
        ConfigurableEnvironment settings = new StandardEnvironment();
        settings.setConversionService(new ApplicationConversionService()); // as at application start
        ConfigDataEnvironmentPostProcessor.applyTo(settings, resources, new DefaultBootstrapContext());
        new EnvironmentVariables().postProcessEnvironment(settings, null);
        return settings;
    }

    /** Returns the environment of a running application. */
    public static RouteEnvironment of(
            ListableBeanFactory application, Function<String, String> properties, Set<String> streams) {
        Map<String, Class<?>> beans = new HashMap<>();
        for (String name : application.getBeanDefinitionNames()) {
            beans.put(name, Objects.requireNonNullElse(application.getType(name), Object.class));
        }
        return new RouteEnvironment(beans, properties, streams);
    }

    /**
     * Returns what an application declares, without starting it: Spring evaluates the configuration classes and their conditions as at a
     * start, but creates no beans.
     *
     * @param application the class with {@code @SpringBootApplication}, or another configuration class
     */
    public static RouteEnvironment of(
            Class<?> application, ConfigurableEnvironment settings, ResourceLoader resources, Set<String> streams) {
        DefaultListableBeanFactory factory = new DefaultListableBeanFactory();
        factory.setBeanClassLoader(resources.getClassLoader());
        new AnnotatedBeanDefinitionReader(factory, settings).register(application);
        ConfigurationClassPostProcessor configuration = new ConfigurationClassPostProcessor();
        configuration.setEnvironment(settings);
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
        return new RouteEnvironment(beans, settings::getProperty, streams);
    }
}
