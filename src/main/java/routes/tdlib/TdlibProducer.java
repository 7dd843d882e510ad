package routes.tdlib;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/** Sends the body as a request and replaces it with the response. A TDLib error becomes a {@link TdlibException}. */
public class TdlibProducer extends DefaultProducer {

    public TdlibProducer(TdlibEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        TdlibConfiguration configuration = getEndpoint().getConfiguration();
        ObjectNode request = request(exchange.getMessage());
        if (configuration.getRequest() != null) {
            request.put("@type", configuration.getRequest());
        }
        if (request.path("@type").asText().isEmpty()) {
            throw new IllegalArgumentException("tdlib:" + configuration.getClient()
                    + ": no function to call: set the option request or the @type of the body");
        }
        ObjectNode answer = getEndpoint().client().call(request, Duration.ofMillis(configuration.getTimeout()));
        exchange.getMessage().setBody(answer);
        exchange.getMessage()
                .setHeader(TdlibConstants.TYPE, answer.path("@type").asText());
    }

    /** Returns a copy, because the body may be in use elsewhere. */
    private static ObjectNode request(Message message) throws InvalidPayloadException {
        Object body = message.getBody();
        if (body == null) {
            return Received.MAPPER.createObjectNode();
        }
        if (body instanceof ObjectNode json) {
            return json.deepCopy();
        }
        if (body instanceof Map<?, ?> map) {
            return Received.MAPPER.valueToTree(map);
        }
        try {
            JsonNode json = Received.MAPPER.readTree(message.getMandatoryBody(String.class));
            if (json instanceof ObjectNode request) {
                return request;
            }
        } catch (JsonProcessingException e) {
            // the parser's message quotes the text, which can be secret
        }
        throw new IllegalArgumentException("The body must be a JSON object");
    }

    @Override
    public TdlibEndpoint getEndpoint() {
        return (TdlibEndpoint) super.getEndpoint();
    }
}
