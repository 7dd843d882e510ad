package routes.telegram;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.configuration.ConfigurationException;
import routes.tdlib.Tdlib;
import routes.tdlib.TdlibClient;
import routes.tdlib.TdlibClients;
import routes.telegram.TelegramAccount.Status;

/** All accounts by name. Each has a separate folder; an account without a folder was never signed in. */
public final class TelegramAccounts implements TdlibClients, AutoCloseable {
    /** Regular expression for names of accounts. */
    public static final String NAME_FORM = "[a-z0-9][a-z0-9_-]{0,31}";

    private static final Pattern NAME = Pattern.compile(NAME_FORM);
    private static final Duration CLOSE = Duration.ofSeconds(15);
    private static final Logger LOG = LoggerFactory.getLogger(TelegramAccounts.class);

    /** Provides TDLib, which is loaded on first use. */
    @FunctionalInterface
    public interface Loader {
        /** @throws IOException with the problem and the remedy */
        Tdlib load() throws IOException;
    }

    private final TelegramProperties properties;
    private final Path folder;
    private final Consumer<Path> makeFolder;
    private final Loader loader;
    private final Map<String, TelegramAccount> accounts = new TreeMap<>();

    /**
     * @param folder contains a folder per account
     * @param makeFolder creates a folder that only this user can read
     */
    public TelegramAccounts(TelegramProperties properties, Path folder, Consumer<Path> makeFolder, Loader loader) {
        this.properties = properties;
        this.folder = folder;
        this.makeFolder = makeFolder;
        this.loader = loader;
    }

    /**
     * Returns the account with this name. It need not be signed in or open.
     *
     * @throws ConfigurationException if the name is invalid, or TDLib cannot be loaded
     */
    public synchronized TelegramAccount account(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new ConfigurationException(
                    "'" + name + "' is not a valid name of a Telegram account: it must have 1 to 32 characters:"
                            + " lower-case letters, digits, - and _");
        }
        return accounts.computeIfAbsent(
                name, key -> new TelegramAccount(properties, folder.resolve(key), load().client(key)));
    }

    /** @throws ConfigurationException with the missing setting, or the reason why TDLib cannot be loaded */
    void require() {
        properties.require();
        load();
    }

    TelegramProperties properties() {
        return properties;
    }

    private Tdlib load() {
        try {
            return loader.load();
        } catch (IOException e) {
            throw new ConfigurationException(
                    e.getMessage() + "; download TDLib with --fetch-tdlib, or set TDLIB_LIBRARY to a tdjson library",
                    e);
        }
    }

    @Override
    public TdlibClient client(String name) {
        return account(name).client();
    }

    /** Opens the session of an account. The status then contains the required input. */
    public TelegramAccount open(String name) {
        properties.require();
        TelegramAccount account = account(name);
        makeFolder.accept(folder.resolve(name));
        account.open();
        return account;
    }

    /** Opens all accounts that have a session. If one cannot be opened, the others are not affected. */
    public void openAll() {
        for (String name : withSession()) {
            try {
                open(name);
            } catch (ConfigurationException e) {
                LOG.error("Cannot open the Telegram account {}: {}", name, e.getMessage());
            }
        }
    }

    /** Returns the names of the accounts that have a session. */
    public List<String> withSession() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isDirectory)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ConfigurationException(folder + ": cannot be read (" + e + ")", e);
        }
    }

    /** Returns the accounts that were used since the start. */
    public synchronized List<Status> statuses() {
        return accounts.values().stream().map(TelegramAccount::status).toList();
    }

    /** Closes all sessions and keeps them. */
    @Override
    public void close() {
        List<TelegramAccount> all;
        synchronized (this) {
            all = List.copyOf(accounts.values());
        }
        try {
            for (TelegramAccount account : all) {
                account.close(Duration.ZERO); // closes all accounts in parallel
            }
            for (TelegramAccount account : all) {
                if (!account.close(CLOSE)) {
                    LOG.warn("TDLib did not close the session of {} within {}", account.status(), CLOSE);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
