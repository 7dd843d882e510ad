package routes.tdlib;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.support.DefaultEndpoint;

/** Consume updates from Telegram and send requests to it as a user account, through TDLib. */
@UriEndpoint(
        firstVersion = "4.18.0",
        scheme = "tdlib",
        title = "TDLib",
        syntax = "tdlib:client",
        category = {Category.CHAT, Category.SOCIAL},
        headersClass = TdlibConstants.class)
public class TdlibEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {

    @UriParam
    private final TdlibConfiguration configuration;

    public TdlibEndpoint(String endpointUri, TdlibComponent component, TdlibConfiguration configuration) {
        super(endpointUri, component);
        this.configuration = configuration;
    }

    @Override
    public Producer createProducer() {
        configuration.validateForProducer();
        return new TdlibProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        configuration.validateForConsumer();
        TdlibConsumer consumer = new TdlibConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    /** Each consumer has its own queue. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    public TdlibConfiguration getConfiguration() {
        return configuration;
    }

    @Override
    public TdlibComponent getComponent() {
        return (TdlibComponent) super.getComponent();
    }

    TdlibClient client() {
        return getComponent().client(configuration.getClient());
    }
}
