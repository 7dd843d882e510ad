package routes.telegram;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import routes.embedded.DataFolder;
import routes.routefiles.PipelineStages;
import routes.tdlib.Tdlib;

/**
 * The accounts in the running program. They are opened after the routes have started, and closed after the routes have stopped; both only
 * in the process that reads Telegram.
 */
@Configuration(proxyBeanMethods = false)
public class TelegramConfiguration {
    /** Longer than the routes take to stop, because they still use the accounts. */
    private static final Duration EXIT_GRACE = Duration.ofSeconds(60);

    private static final String FOLDER = "telegram";

    /** The stage that reads Telegram. The one process that runs it has the accounts. */
    private static final String STAGE = "telegram";

    @Bean
    @Fallback
    TelegramAccounts.Loader tdlibLoader(TdlibProperties tdlib, DataFolder data) {
        return loader(tdlib, data, EXIT_GRACE);
    }

    @Bean
    TelegramAccounts telegramAccounts(TelegramProperties telegram, DataFolder data, TelegramAccounts.Loader loader) {
        if (telegram.isConfigured()) {
            telegram.require();
        }
        return accounts(telegram, data, loader);
    }

    @Bean
    SignIns signIns(TelegramAccounts accounts, @Value("${pipeline.routes:}") String stages) {
        return new SignIns(accounts, PipelineStages.parse(stages).includes(STAGE));
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> openTelegramAccounts(
            TelegramAccounts accounts, TelegramProperties properties, SignIns signIns) {
        return ready -> {
            if (properties.isConfigured() && signIns.areHere()) {
                accounts.openAll();
            }
        };
    }

    /** @param exitGrace on exit, how long the shutdown hook waits for the owner of the accounts to close them */
    public static TelegramAccounts accounts(
            TelegramProperties telegram, TdlibProperties tdlib, DataFolder data, Duration exitGrace) {
        return accounts(telegram, data, loader(tdlib, data, exitGrace));
    }

    private static TelegramAccounts accounts(
            TelegramProperties telegram, DataFolder data, TelegramAccounts.Loader loader) {
        return new TelegramAccounts(
                telegram,
                data.path().resolve(FOLDER),
                account -> {
                    data.folder(FOLDER);
                    data.folder(FOLDER + "/" + account.getFileName());
                },
                loader);
    }

    private static TelegramAccounts.Loader loader(TdlibProperties tdlib, DataFolder data, Duration exitGrace) {
        return () -> Tdlib.load(tdlib.file(data.path()), exitGrace);
    }
}
