package routes.delivery;

import org.apache.camel.CamelContext;
import org.apache.camel.component.telegram.TelegramComponent;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The component of the route {@code delivery}. */
@Configuration(proxyBeanMethods = false)
class DeliveryConfiguration {
    @Bean
    BotClient botClient(BotProperties properties) {
        return new BotClient(properties);
    }

    /** Adds the component to Camel. As a bean, the component would appear in the health under its bean name. */
    @Bean
    CamelContextConfiguration telegramComponent(BotClient client, BotProperties properties) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {
                camel.addComponent("telegram", component(client, properties));
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {
                // nothing to do
            }
        };
    }

    /** Creates the component without the token, which {@link BotClient} inserts. */
    static TelegramComponent component(BotClient client, BotProperties properties) {
        TelegramComponent component = new TelegramComponent();
        component.setAuthorizationToken(BotClient.HIDDEN);
        component.setBaseUri(properties.url());
        component.setClient(client);
        return component;
    }
}
