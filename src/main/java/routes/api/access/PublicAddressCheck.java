package routes.api.access;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import routes.configuration.ConfigurationException;

/** Refuses a start that would expose the data to the network: without keys only loopback addresses are allowed. */
public final class PublicAddressCheck implements EnvironmentPostProcessor, Ordered {

    /** Runs after the individual values have been validated. */
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 20;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        var keys = new ApiKeys(Binder.get(environment)
                .bindOrCreate("api", AccessProperties.class)
                .keys());
        for (ListenAddress address : ListenAddress.values()) {
            if (keys.isEmpty() && address.isOpen(environment) && !address.isLoopback(environment)) {
                throw new ConfigurationException(address.describe(environment)
                        + ": other machines reach this address, so API_KEYS must be set; make a key with"
                        + " --make-key=<name>, or listen on 127.0.0.1");
            }
        }
    }
}
