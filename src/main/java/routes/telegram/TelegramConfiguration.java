package routes.telegram;

import java.time.Duration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.embedded.DataFolder;
import routes.tdlib.Tdlib;

/** The accounts in the running program. They are opened after the routes have started, and closed after these have stopped. */
@Configuration(proxyBeanMethods = false)
public class TelegramConfiguration {
    /** Longer than the routes take to stop, since these still use the accounts. */
    private static final Duration EXIT_GRACE = Duration.ofSeconds(60);

    private static final String FOLDER = "telegram";

    @Bean
    TelegramAccounts telegramAccounts(TelegramProperties telegram, TdlibProperties tdlib, DataFolder data) {
        if (telegram.isConfigured()) {
            telegram.require();
        }
        return accounts(telegram, tdlib, data, EXIT_GRACE);
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> openTelegramAccounts(
            TelegramAccounts accounts, TelegramProperties properties) {
        return ready -> {
            if (properties.isConfigured()) {
                accounts.openAll();
            }
        };
    }

    /** @param exitGrace how long, at an exit, the closing is left to the owner of the accounts */
    public static TelegramAccounts accounts(
            TelegramProperties telegram, TdlibProperties tdlib, DataFolder data, Duration exitGrace) {
        return new TelegramAccounts(
                telegram,
                data.path().resolve(FOLDER),
                account -> {
                    data.folder(FOLDER);
                    data.folder(FOLDER + "/" + account.getFileName());
                },
                () -> Tdlib.load(tdlib.file(data.path()), exitGrace));
    }
}
