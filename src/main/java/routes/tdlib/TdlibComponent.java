package routes.tdlib;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** The tdlib component. An endpoint refers to a client by name. The owner of the client opens, authorizes and closes it. */
@Component("tdlib")
public class TdlibComponent extends DefaultComponent {

    @Metadata(
            autowired = true,
            description = "The registry of clients by name. The component does not open or close clients.")
    private TdlibClients clients;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        TdlibConfiguration configuration = new TdlibConfiguration();
        configuration.setClient(remaining);
        TdlibEndpoint endpoint = new TdlibEndpoint(uri, this, configuration);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    TdlibClient client(String name) {
        if (clients == null) {
            throw new IllegalStateException("The tdlib component has no clients: bind one "
                    + TdlibClients.class.getName() + " to the registry, or set the component option clients");
        }
        return clients.client(name);
    }

    public TdlibClients getClients() {
        return clients;
    }

    public void setClients(TdlibClients clients) {
        this.clients = clients;
    }
}
