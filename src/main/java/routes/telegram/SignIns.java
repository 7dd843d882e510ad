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
 * Signs accounts in and out for callers that provide one input at a time, such as the API. A step waits until the next required input is
 * known. An account executes one step at a time; further steps are refused.
 */
public final class SignIns {
    private static final Duration OPEN = Duration.ofSeconds(20);
    private static final Duration NEXT = Duration.ofSeconds(10);

    /** Maximum time to wait for a change of the status: sending a code again may not change it. */
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

    /** @param here whether this process reads Telegram and therefore has the sessions */
    public SignIns(TelegramAccounts accounts, boolean here) {
        this.accounts = accounts;
        this.here = here;
    }

    /** Returns whether the sessions are in this process. */
    public boolean areHere() {
        return here;
    }

    /** @throws TelegramLoginException with the missing part, if no account can be signed in through this process */
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

    /** Returns the status of the account in this process; empty if it was not used since the start. */
    public Optional<Status> status(String name) {
        return accounts.statuses().stream()
                .filter(status -> status.name().equals(name))
                .findFirst();
    }

    /**
     * Starts to sign in, also repeatedly and with another method than before.
     *
     * @param phoneNumber with + and the country code; null for a QR code
     */
    public Status start(String name, String phoneNumber) throws TelegramLoginException, InterruptedException {
        require();
        return alone(name, () -> {
            TelegramAccount account = opened(name);
            if (phoneNumber != null && account.status().state() == State.NEEDS_SCAN) {
                // in this state, TDLib does not accept a phone number
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

    /** Submits the code that Telegram sent, also by e-mail. */
    public Status code(String name, String code) throws TelegramLoginException, InterruptedException {
        return step(name, EnumSet.of(State.NEEDS_CODE, State.NEEDS_EMAIL_CODE), NEXT, code);
    }

    public Status resendCode(String name) throws TelegramLoginException, InterruptedException {
        return step(name, EnumSet.of(State.NEEDS_CODE), SAME, "");
    }

    /** Submits the second factor. */
    public Status password(String name, String password) throws TelegramLoginException, InterruptedException {
        return step(name, EnumSet.of(State.NEEDS_PASSWORD), NEXT, password);
    }

    /** Submits the e-mail address to which Telegram sends codes. */
    public Status emailAddress(String name, String address) throws TelegramLoginException, InterruptedException {
        return step(name, EnumSet.of(State.NEEDS_EMAIL_ADDRESS), NEXT, address);
    }

    /**
     * Ends the session at Telegram and deletes it here. A session that cannot be opened is only deleted here.
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
