package routes.delivery;

import org.apache.camel.component.telegram.TelegramComponent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The component of the route {@code delivery}. */
@Configuration(proxyBeanMethods = false)
class DeliveryConfiguration {
    @Bean
    BotClient botClient(BotProperties properties) {
        return new BotClient(properties);
    }

    /** Camel finds it by this name. It does not know the token: {@link BotClient} does. */
    @Bean("telegram-component")
    TelegramComponent telegramComponent(BotClient client, BotProperties properties) {
        TelegramComponent component = new TelegramComponent();
        component.setAuthorizationToken(BotClient.HIDDEN);
        component.setBaseUri(properties.url());
        component.setClient(client);
        return component;
    }
}
