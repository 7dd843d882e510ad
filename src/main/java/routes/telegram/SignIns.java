package routes.telegram;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import routes.configuration.ConfigurationException;
import routes.telegram.TelegramAccount.State;
import routes.telegram.TelegramAccount.Status;
import routes.telegram.TelegramLoginException.Reason;

/**
 * Signs accounts in and out for callers that bring one answer at a time, such as those of the API. A step waits until it is known what the
 * account needs next. An account does one step at a time; a further one is refused.
 */
public final class SignIns {
    private static final Duration OPEN = Duration.ofSeconds(20);
    private static final Duration NEXT = Duration.ofSeconds(10);

    /** A code that is sent again need not change the status. */
    private static final Duration SAME = Duration.ofSeconds(2);

    private static final Set<State> PASSING = EnumSet.of(State.OPENING, State.CLOSING, State.SIGNING_OUT);
    private static final Set<State> ENDED = EnumSet.of(State.CLOSED, State.SIGNED_OUT, State.FAILED);
    private static final Set<State> GONE = EnumSet.of(State.SIGNED_OUT, State.FAILED);
    private static final Set<State> SIGNING_IN = EnumSet.range(State.NEEDS_PHONE_NUMBER, State.NEEDS_APP);

    @FunctionalInterface
    private interface Step {
        Status run() throws TelegramLoginException, InterruptedException;
    }

    private final TelegramAccounts accounts;
    private final boolean here;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    /** @param here whether this process reads Telegram, and so has the sessions */
    public SignIns(TelegramAccounts accounts, boolean here) {
        this.accounts = accounts;
        this.here = here;
    }

    /** Whether the sessions are in this process. */
    public boolean areHere() {
        return here;
    }

    /** @throws TelegramLoginException if no account can be signed in: with what this process lacks */
    public void require() throws TelegramLoginException {
        if (!here) {
            throw new TelegramLoginException(
                    Reason.OTHER_PROCESS,
                    "this process does not read Telegram: PIPELINE_ROUTES does not contain the stage telegram");
        }
        try {
            accounts.properties().require();
        } catch (ConfigurationException e) {
            throw new TelegramLoginException(Reason.NOT_CONFIGURED, e.getMessage());
        }
        try {
            accounts.require();
        } catch (ConfigurationException e) {
            throw new TelegramLoginException(Reason.NO_LIBRARY, e.getMessage());
        }
    }

    /** What the account is in this process; empty if it was not used since the start. */
    public Optional<Status> status(String name) {
        return accounts.statuses().stream()
                .filter(status -> status.name().equals(name))
                .findFirst();
    }

    /**
     * Begins to sign in, also again and in another way than before.
     *
     * @param phoneNumber with + and the country's code; null for a QR code
     */
    public Status start(String name, String phoneNumber) throws TelegramLoginException, InterruptedException {
        require();
        return alone(name, () -> {
            TelegramAccount account = opened(name);
            if (phoneNumber != null && account.status().state() == State.NEEDS_SCAN) {
                // TDLib takes no phone number then
                end(account);
                account = opened(name);
            }
            Status before = account.status();
            if (before.state() == State.READY) {
                throw new TelegramLoginException(Reason.SIGNED_IN, "the account " + name + " is already signed in");
            }
            if (!SIGNING_IN.contains(before.state())) {
                throw new TelegramLoginException(Reason.FAILED, notOpen(before));
            }
            State goal = phoneNumber == null ? State.NEEDS_SCAN : State.NEEDS_CODE;
            if (phoneNumber == null && before.state() == State.NEEDS_SCAN) {
                return before;
            }
            account.answer(State.NEEDS_PHONE_NUMBER, Objects.requireNonNullElse(phoneNumber, ""));
            return account.await(next -> !next.equals(before), before.state() == goal ? SAME : NEXT);
        });
    }

    /** The code that Telegram sent, also one sent by e-mail. */
    public Status code(String name, String code) throws TelegramLoginException, InterruptedException {
        return step(name, EnumSet.of(State.NEEDS_CODE, State.NEEDS_EMAIL_CODE), NEXT, code);
    }

    public Status resendCode(String name) throws TelegramLoginException, InterruptedException {
        return step(name, EnumSet.of(State.NEEDS_CODE), SAME, "");
    }

    /** The second factor. */
    public Status password(String name, String password) throws TelegramLoginException, InterruptedException {
        return step(name, EnumSet.of(State.NEEDS_PASSWORD), NEXT, password);
    }

    /** The address that Telegram wants for codes. */
    public Status emailAddress(String name, String address) throws TelegramLoginException, InterruptedException {
        return step(name, EnumSet.of(State.NEEDS_EMAIL_ADDRESS), NEXT, address);
    }

    /**
     * Ends the session at Telegram and removes it here. A session that cannot be opened is only removed here.
     *
     * @return {@link State#SIGNING_OUT} if Telegram has not confirmed it yet
     */
    public Status signOut(String name) throws TelegramLoginException, InterruptedException {
        require();
        return alone(name, () -> {
            TelegramAccount account = accounts.account(name);
            if (GONE.contains(account.status().state()) && account.discard()) {
                return account.status();
            }
            return end(opened(name));
        });
    }

    private static Status end(TelegramAccount account) throws TelegramLoginException, InterruptedException {
        account.signOut();
        return account.await(next -> ENDED.contains(next.state()), NEXT);
    }

    private Status step(String name, Set<State> wanted, Duration time, String text)
            throws TelegramLoginException, InterruptedException {
        require();
        return alone(name, () -> {
            TelegramAccount account = accounts.account(name);
            Status before = account.status();
            if (!wanted.contains(before.state())) {
                throw new TelegramLoginException(
                        Reason.WRONG_STATE,
                        "the account " + name + " does not accept this step; its state is "
                                + before.state().name().toLowerCase(Locale.ROOT));
            }
            account.answer(before.state(), text);
            return account.await(next -> !next.equals(before), time);
        });
    }

    private Status alone(String name, Step step) throws TelegramLoginException, InterruptedException {
        if (!busy.add(name)) {
            throw new TelegramLoginException(
                    Reason.BUSY, "another sign-in request for the account " + name + " is in progress");
        }
        try {
            return step.run();
        } finally {
            busy.remove(name);
        }
    }

    private TelegramAccount opened(String name) throws TelegramLoginException, InterruptedException {
        try {
            accounts.account(name).await(status -> !PASSING.contains(status.state()), OPEN);
            TelegramAccount account = accounts.open(name);
            if (PASSING.contains(account.await(status -> !PASSING.contains(status.state()), OPEN)
                    .state())) {
                throw new TelegramLoginException(Reason.NO_ANSWER, notOpen(account.status()));
            }
            return account;
        } catch (ConfigurationException e) {
            throw new TelegramLoginException(Reason.FAILED, e.getMessage());
        }
    }

    private static String notOpen(Status status) {
        String state = status.state().name().toLowerCase(Locale.ROOT);
        return "the session of " + status.name() + " is not open ("
                + (status.problem().isEmpty() ? state : status.problem()) + ")";
    }
}
