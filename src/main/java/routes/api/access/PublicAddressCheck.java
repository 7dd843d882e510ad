package routes.api.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import routes.configuration.ApiProperties;
import routes.configuration.ConfigurationException;
import routes.configuration.ManagementProperties;

/** Refuses a start that would open the data to the network: without keys only loopback addresses are listened on. */
public final class PublicAddressCheck implements EnvironmentPostProcessor, Ordered {

    /** After every value by itself was found right. */
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 20;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Binder binder = Binder.get(environment);
        boolean hasKeys =
                !new ApiKeys(binder.bindOrCreate("api", AccessProperties.class).keys()).isEmpty();
        check("API_ADDRESS", binder.bindOrCreate("api", ApiProperties.class).address(), hasKeys);
        check(
                "MANAGEMENT_ADDRESS",
                binder.bindOrCreate("management", ManagementProperties.class).address(),
                hasKeys);
    }

    private static void check(String variable, String address, boolean hasKeys) {
        if (!isLoopback(variable, address) && !hasKeys) {
            throw new ConfigurationException(variable + "=" + address
                    + ": other machines reach this address, so API_KEYS must be set; make a key with --make-key=<name>,"
                    + " or listen on 127.0.0.1");
        }
    }

    /** @throws ConfigurationException if there is no such address */
    static boolean isLoopback(String variable, String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new ConfigurationException(
                    variable + "=" + address + ": must be an address of this machine, such as 127.0.0.1 or 0.0.0.0", e);
        }
    }
}
