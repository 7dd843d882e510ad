package routes.redisstreams;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.TypeConverter;
import org.apache.camel.support.DefaultMessage;
import org.apache.camel.support.DefaultProducer;
import routes.redis.StreamGroup;
import routes.redisstreams.StreamCompletion.Output;

/**
 * Appends the body to a stream as the fields of an entry: immediately, or together with the completion of the entry that started
 * the exchange. A list of messages or maps becomes one entry per element, in one call.
 */
public class RedisStreamsProducer extends DefaultProducer {

    public RedisStreamsProducer(RedisStreamsEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        List<Message> atOnce = new ArrayList<>();
        List<Output> outputs = new ArrayList<>();
        for (Message message : messages(exchange.getMessage())) {
            Output output = new Output(getEndpoint().key(), fields(exchange, message));
            Optional<StreamCompletion> completion = completion(exchange, message);
            if (completion.isPresent()) {
                completion.get().publish(output);
            } else {
                atOnce.add(message);
                outputs.add(output);
            }
        }
        if (!outputs.isEmpty()) {
            List<Object> ids = append(atOnce, outputs);
            for (int i = 0; i < ids.size(); i++) {
                atOnce.get(i).setHeader(RedisStreamsConstants.MESSAGE_ID, ids.get(i));
            }
        }
    }

    private Optional<StreamCompletion> completion(Exchange exchange, Message message) {
        return getEndpoint().getConfiguration().getPublish() == PublishMode.IMMEDIATE
                ? Optional.empty()
                : StreamCompletion.of(exchange, message)
                        .filter(found -> found.isOn(getEndpoint().getComponent().getRedisClient()));
    }

    /** Returns the messages in the body, one message per map in the body, or the message itself. */
    @SuppressWarnings("unchecked") // each element is checked
    private static List<Message> messages(Message message) {
        if (!(message.getBody() instanceof List<?> list)) {
            return List.of(message);
        }
        if (list.stream().allMatch(Message.class::isInstance)) {
            return (List<Message>) list;
        }
        return list.stream().allMatch(Map.class::isInstance) ? ofMaps(message, list) : List.of(message);
    }

    /**
     * Creates one message per map. Each message gets its element of the list in {@link RedisStreamsConstants#ONCE}, and the batch index.
     */
    private static List<Message> ofMaps(Message message, List<?> maps) {
        List<?> tokens = message.getHeader(RedisStreamsConstants.ONCE, List.of(), List.class);
        if (!tokens.isEmpty() && tokens.size() != maps.size()) {
            throw new IllegalArgumentException("The header " + RedisStreamsConstants.ONCE + " has " + tokens.size()
                    + " elements for " + maps.size() + " entries");
        }
        Object index = message.getHeader(RedisStreamsConstants.BATCH_INDEX);
        List<Message> messages = new ArrayList<>(maps.size());
        for (int i = 0; i < maps.size(); i++) {
            Message one = new DefaultMessage(message.getExchange());
            one.setBody(maps.get(i));
            one.setHeader(RedisStreamsConstants.ONCE, tokens.isEmpty() ? null : tokens.get(i));
            if (index != null) {
                one.setHeader(RedisStreamsConstants.BATCH_INDEX, index);
            }
            messages.add(one);
        }
        return messages;
    }

    private List<Object> append(List<Message> messages, List<Output> outputs) {
        String key = getEndpoint().key();
        String once = getEndpoint().getConfiguration().getOnce();
        List<Object> arguments = new ArrayList<>(List.of(outputs.size()));
        for (int i = 0; i < outputs.size(); i++) {
            Map<String, String> fields = outputs.get(i).fields();
            String token = once == null ? "" : messages.get(i).getHeader(RedisStreamsConstants.ONCE, "", String.class);
            arguments.addAll(List.of(token, 2 * fields.size(), fields));
        }
        List<String> keys = once == null ? List.of(key) : List.of(key, StreamGroup.published(key, once));
        return getEndpoint().getComponent().link().run(Scripts.PUBLISH, keys, arguments);
    }

    private static Map<String, String> fields(Exchange exchange, Message message) throws InvalidPayloadException {
        Map<?, ?> map = message.getBody() instanceof Map.Entry<?, ?> field
                ? Collections.singletonMap(field.getKey(), field.getValue())
                : message.getMandatoryBody(Map.class);
        TypeConverter converter = exchange.getContext().getTypeConverter();
        Map<String, String> fields = new LinkedHashMap<>();
        map.forEach((field, value) -> fields.put(
                converter.convertTo(String.class, exchange, field),
                converter.convertTo(String.class, exchange, value)));
        return fields;
    }

    @Override
    public RedisStreamsEndpoint getEndpoint() {
        return (RedisStreamsEndpoint) super.getEndpoint();
    }
}
