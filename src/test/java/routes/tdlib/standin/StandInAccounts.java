package routes.tdlib.standin;

import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import routes.tdlib.Tdlib;
import routes.telegram.TelegramAccounts;

/** With the profile {@code telegram-stand-in} the whole program has the stand-in instead of TDLib, with the accounts of the examples. */
@Configuration(proxyBeanMethods = false)
@Profile("telegram-stand-in")
class StandInAccounts {

    @Bean
    TelegramStandIn telegramStandIn() {
        return new TelegramStandIn()
                .user("+79991234567", "12345", "correct horse", "Anna")
                .user("+79991234568", "12345", "", "Boris")
                .email("+79991234568", "123456");
    }

    @Bean
    TelegramAccounts.Loader standInLoader(TelegramStandIn telegram) {
        Tdlib tdlib = new Tdlib(telegram, Duration.ofSeconds(60));
        return () -> tdlib;
    }
}
